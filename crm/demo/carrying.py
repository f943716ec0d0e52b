"""One campaign over mail, SMS and WeChat, with what came of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import F

from channels.campaigns import finishing, measuring, ways
from channels.campaigns.models import Campaign, Way
from channels.models import Channel
from crm.accounts.models import User
from crm.demo import campaigning
from crm.demo.words.mailings import OVER, OVER_BLANKS, OVER_TEMPLATE, OVER_TEXT
from segments.models import Segment


def run(wired: Mapping[str, Channel], *, seed: int, until: datetime, by: User) -> None:
    segment = Segment.objects.get(name=OVER.segment)
    campaign = campaigning.create(OVER, {OVER.segment: segment}, wired["email"], by)
    wechat = {"text": OVER_TEXT, "template": OVER_TEMPLATE, "blanks": OVER_BLANKS}
    ways.keep(
        campaign,
        [
            Way(channel=wired["email"]),
            Way(channel=wired["sms"], text=OVER_TEXT),
            Way(channel=Channel.objects.get(connector="wechat_oa"), **wechat),
        ],
    )
    campaigning.send(campaign, until - timedelta(days=5, hours=2), by=by)
    finishing.finish(campaign.pk)
    Campaign.objects.filter(pk=campaign.pk).update(finished_at=F("launched_at") + timedelta(minutes=21))
    campaigning.look_back(campaign, seed, until)
    measuring.measure(campaign.pk)
