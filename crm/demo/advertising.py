"""How the company advertises: a page on the web with what came of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, product
from uuid import UUID

from channels.audiences import services as audiences
from channels.audiences import writing
from channels.audiences.models import Audience
from channels.campaigns.models import Campaign
from channels.landing import services as landing
from channels.landing.models import LandingPage, Submission, Visits
from channels.models import Channel
from channels.social import services as social
from channels.social.models import SocialPost
from crm.accounts.models import User
from crm.demo.dice import dice
from customers.models import Customer
from segments.facts import zone
from segments.models import Segment

PAGE = {
    "name": "春季新品试用",
    "slug": "spring-trial",
    "title_zh": "春季新品，先试再买",
    "title_en": "Try the spring collection first",
    "other_zh": "三款春季小样，免费寄到家",
    "other_en": "Three spring samples, sent to you for free",
    "text_zh": "留下联系方式，我们寄出三款小样。\n\n试用一周后告诉我们您的感受，首单立减 30 元。",
    "text_en": "Leave your address and we send three samples.\n\nTell us after a week: 30 yuan off.",
    "button_zh": "我要试用",
    "button_en": "Send me samples",
    "thanks_zh": "谢谢，小样三天内寄出。",
    "thanks_en": "Thank you. The samples leave within three days.",
    "fields": {"name": True, "email": True, "phone": False, "city": False},
    "asks_consent": True,
    "conversion_days": 30,
}
# Source, medium, campaign, visits on a usual day, the share of visitors who send something.
SOURCES = [
    ("weibo", "social", "spring", 46, 0.05),
    ("xiaohongshu", "social", "spring", 61, 0.08),
    ("baidu", "cpc", "spring-brand", 88, 0.03),
    ("", "", "", 24, 0.06),
]
LINK = "https://shop.example/spring"
# The text, days from today, how far it is, clicks on each account.
POSTS = [
    ("春茶上新，前三天包邮。", -9, "published", 214),
    ("门店试饮周末，到店即领小样。", -5, "published", 131),
    ("一分钟学会冷泡茶。", -2, "failed", 0),
    ("会员日预告：积分双倍。", 2, "scheduled", 0),
    ("五月新品征名，选中送一年茶。", 6, "draft", 0),
]
DAYS, BETTER, NEW, MOST = 26, 1.3, 0.6, 800


def run(*, seed: int, until: datetime, by: User) -> None:
    if LandingPage.objects.exists():
        return
    page = LandingPage.objects.create(**PAGE, created_by=by, created_at=until - timedelta(days=DAYS + 2))
    landing.publish(page, by=by, on=True)
    LandingPage.objects.filter(pk=page.pk).update(published_at=until - timedelta(days=DAYS))
    sent = Campaign.objects.exclude(finished_at=None).select_related("channel").first()
    people = Customer.objects.present().order_by("-created_at", "-pk").values_list("pk", flat=True)[:MOST]
    Submission.objects.bulk_create(_submissions(page, sent, list(people), seed, until))


def audience(segment: Segment, *, by: User, approver: User) -> None:
    """One file that was agreed to, and is made anew every week."""
    if Audience.objects.exists():
        return
    made = audiences.make(
        Audience(
            name="沉睡客户 · 信息流排除",
            segment=segment,
            network="ocean_sha256",
            refresh=Audience.Refresh.WEEKLY,
            reason="投放拉新时排除已有客户，避免重复花费。",
        ),
        by=by,
    )
    writing.work(made.runs.latest("pk").pk)
    counted = made.runs.latest("pk")
    # In a tiny company nobody may have allowed it.
    if counted.consented:
        audiences.ask(made, by=by)
        made.refresh_from_db()
        if made.state == Audience.State.WAITING:
            audiences.decide(made, by=approver, allowed=True)
        writing.work(made.runs.latest("pk").pk)


def posts(*, until: datetime, by: User, approver: User) -> None:
    """A month of posts: most are out, one failed, one waits for its hour, one is still being written."""
    if SocialPost.objects.exists():
        return
    accounts = [
        Channel.objects.create(
            connector="sandbox_social", kind="social", name=name, config={"network": network, "longest": 1000}
        )
        for name, network in (("品牌微博", "weibo"), ("品牌小红书", "xiaohongshu"))
    ]
    noon = until.astimezone(zone()).replace(hour=12, minute=0, second=0, microsecond=0)
    for text, days, state, clicks in POSTS:
        post = social.save(
            SocialPost(text=text, at=noon + timedelta(days=days), created_by=by, link=LINK),
            {one.pk: "" for one in accounts},
            by=by,
        )
        is_out = state in ("published", "failed")
        SocialPost.objects.filter(pk=post.pk).update(
            state=state, approved_by=None if state == "draft" else approver
        )
        post.postings.update(
            state=state if is_out else "planned",
            due_at=post.at if state == "scheduled" else None,
            published_at=post.at if state == "published" else None,
            reason="message: 422 text too long" if state == "failed" else "",
            clicks=clicks,
        )


def _submissions(
    page: LandingPage, sent: Campaign | None, people: list[int], seed: int, until: datetime
) -> Iterator[Submission]:
    """Day by day and source by source; the newest customers came by the page."""
    rng, left = dice(seed, "landing"), iter(people)
    ours = [("crm", sent.channel.kind, f"{sent.pk}-{sent.name}"[:100], 30, 0.12)] if sent else []
    looked = []
    for back, (source, medium, label, usual, share), variant in product(range(DAYS), SOURCES + ours, "AB"):
        day = until - timedelta(days=back)
        place = {"source": source, "medium": medium, "label": label, "variant": variant}
        looks = int(rng.poisson(usual / 2))
        looked.append(Visits(page=page, day=day.astimezone(zone()).date(), count=looks, **place))
        sends = int(rng.binomial(looks, share * (BETTER if variant == "B" else 1)))
        for customer in islice(left, sends):
            yield Submission(
                key=UUID(bytes=rng.bytes(16)),
                page=page,
                customer_id=customer,
                campaign=sent if source == "crm" else None,
                at=day - timedelta(minutes=int(rng.integers(0, 600))),
                is_new=bool(rng.random() < NEW),
                **place,
            )
    Visits.objects.bulk_create(looked)
