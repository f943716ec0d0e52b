"""Three message templates in both languages, one of them approved, and a campaign that uses it."""

from datetime import datetime, timedelta

from channels.campaigns.models import Campaign
from channels.campaigns.templating import services, starters, using
from channels.campaigns.templating.models import Template, Version
from channels.models import Channel
from crm.accounts.models import User
from crm.demo.words.mailings import SLIPPING
from segments.models import Segment

NAMES = {"welcome": "新客欢迎信", "win-back": "老客唤回", "festival": "节日问候"}
CAMPAIGN = "老客唤回 · 用模板"


def run(segments: dict[str, Segment], *, until: datetime, by: User, approver: User) -> None:
    if Template.objects.filter(name__in=NAMES.values()).exists():
        return
    for place, (key, name) in enumerate(NAMES.items(), 1):
        made = services.create(name, Template.Kind.EMAIL, starters.find(key).draw(), by=by)
        version = services.keep(made, "", by=by)
        at = until - timedelta(days=20 - place)
        Template.objects.filter(pk=made.pk).update(created_at=at, changed_at=at)
        Version.objects.filter(pk=version.pk).update(saved_at=at)
        if key != "festival":
            services.submit(version, by=by)
        if key == "win-back":
            version.refresh_from_db()
            services.decide(version, approve=True, remark="", by=approver)
            _campaign(version, segments[SLIPPING], by)


def _campaign(version: Version, segment: Segment, by: User) -> None:
    subject, text = using.plain(version)
    Campaign.objects.create(
        name=CAMPAIGN,
        segment=segment,
        channel=Channel.objects.filter(kind="email").order_by("pk")[0],
        version=version,
        subject=subject,
        body=text,
        holdout=10,
        created_by=by,
    )
