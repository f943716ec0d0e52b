"""One journey that wins customers back, with people at several of its steps."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation

from channels.journeys import entering, services, starters, stepping
from channels.journeys.models import Journey
from crm.accounts.models import User
from segments.models import Segment

NAME = "沉睡会员唤回"
# So many days ago a part of them entered; the last have only just begun.
WAVES = (16, 8, 3, 0)
MOST = 240


def run(segments: dict[str, Segment], *, until: datetime, by: User) -> None:
    segment = min(segments.values(), key=lambda one: one.pk)
    with translation.override("zh-hans"):
        design = starters.find("win-back").draw()
        made = Journey.objects.create(name=NAME, design=design, created_by=by)
        Journey.objects.create(name="生日祝福", design=starters.find("birthday").draw(), created_by=by)
    made.design["trigger"]["segment"] = segment.pk
    made.save()
    services.switch_on(made, by=by)
    with transaction.atomic():
        _walk(Journey.objects.select_related("version", "switched_on_by").get(pk=made.pk), segment, until)


def _walk(journey: Journey, segment: Segment, until: datetime) -> None:
    people = list(segment.memberships.order_by("customer").values_list("customer", flat=True)[:MOST])
    share = len(people) // len(WAVES) + 1
    for place, days in enumerate(WAVES):
        at = until - timedelta(days=days)
        wave = people[place * share : (place + 1) * share]
        entering.enter(journey, [(one, f"segment:demo-{one}") for one in wave], at)
        while stepping.advance(journey.pk, at):
            pass
