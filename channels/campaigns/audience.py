"""Who would get a campaign and who would not, by the very rules that decide when it is sent."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from channels.campaigns import body, books
from channels.campaigns.message import MISSING
from channels.campaigns.models import Campaign
from channels.consent import gate
from crm.accounts.models import User
from segments import services as segments

# How SQL knows that somebody lacks a field; names are never empty.
EMPTY = {"company": Q(company=""), "city": Q(city=""), "last_order": Q(rollup__last_order_at=None)}


def judged(campaign: Campaign, *, by: User | None = None) -> "QuerySet[Any]":
    """The members of the segment whom `by`, or who launched it, may reach, each with a verdict."""
    user = by or campaign.launched_by or campaign.created_by
    members = segments.members(campaign.segment).visible_to(user)
    question = gate.Question(campaign.channel.kind, campaign.purpose, timezone.now())
    return gate.judged(members, question, missing_fields(campaign))


def missing_fields(campaign: Campaign) -> list[tuple[str, Q]]:
    """A rule for each personal field of the text that has no words for those without it."""
    text = body.read(campaign.body)
    body.mark_subject(campaign.subject, text)
    needed = {slot.field for slot in text.slots.values() if slot.fallback is None}
    return [(f"{MISSING}{books.FAMILY}{field}", EMPTY[field]) for field in EMPTY if field in needed]
