"""What people may ask of natural groups and of customers like others."""

from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from segments import leasing
from segments import services as segments
from segments.grouping import phrases, running, tasks
from segments.grouping.models import Grouping, Lookalike, NaturalGroup
from segments.models import Segment


@transaction.atomic
def start(*, by: User) -> Grouping:
    grouping = running.queue(by=by)
    if grouping is None:
        raise Refused(_("Customers are already being grouped."))
    audit.record("grouping.started", grouping, by=by)
    transaction.on_commit(partial(tasks.group.delay, grouping.pk))
    return grouping


def rule_of(group: NaturalGroup) -> dict[str, object]:
    return {
        "match": "all",
        "rules": [{"fact": "grouping.group", "op": "any_of", "value": [group.pk]}],
    }


def make_segment(group: NaturalGroup, *, by: User) -> Segment:
    """A segment of whoever is in the group at each count."""
    name = phrases.title(group)[:100]
    if Segment.objects.filter(name=name).exists():
        raise Refused(_("There is a segment of this name already."))
    made = Segment(name=name)
    segments.save(made, rule_of(group), by=by)
    return made


@transaction.atomic
def look_for(segment: Segment, *, name: str, wanted: int, by: User) -> Lookalike:
    """Queues a search for customers like those of the segment."""
    asked = leasing.queue(Lookalike, by=by, segment=segment, name=name, wanted=wanted)
    if asked is None:
        raise Refused(_("This search is already under way."))
    audit.record("lookalike.started", asked, by=by, segment=segment.name)
    transaction.on_commit(partial(tasks.find.delay, asked.pk))
    return asked
