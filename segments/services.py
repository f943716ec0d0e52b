"""What people and other features ask of segments."""

from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.models import CustomerQuerySet
from segments import nesting, rules, tasks
from segments.models import Segment


def members(segment: Segment, *, as_of: datetime | None = None) -> CustomerQuerySet:
    """The customers to whom the segment's rule applies now, or at `as_of`; deleted ones are never among them.

    Raises InvalidRule, which is a Refused, when the rule asks for something that is no longer there.
    """
    return rules.members(rules.parse(segment.rule), as_of=as_of)


@transaction.atomic
def save(segment: Segment, tree: object, *, by: User) -> None:
    """Keeps name and rule, and has the members counted in the background. Raises InvalidRule."""
    rule = rules.parse(tree, by)
    nesting.check(segment, rule)
    segment.rule = rules.to_json(rule)
    is_new = segment.pk is None
    if is_new:
        segment.created_by = by
    segment.error = ""
    segment.lease_until = None
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError:
        raise Refused(_("Somebody has just made a segment of this name.")) from None
    audit.record("segment.created" if is_new else "segment.changed", segment, by=by)
    _refresh_soon(segment)


@transaction.atomic
def delete(segment: Segment, *, by: User) -> None:
    # A campaign that is being planned for it is either there already, or finds no segment.
    Segment.objects.select_for_update().get(pk=segment.pk)
    nesting.refuse_if_needed(segment)
    audit.record("segment.deleted", segment, by=by, name=segment.name)
    try:
        segment.delete()
    except ProtectedError:
        raise Refused(_("A campaign uses this segment, so it stays.")) from None


def refresh(segment: Segment) -> None:
    """Has the members counted again."""
    Segment.objects.filter(pk=segment.pk).update(lease_until=None, asked_at=timezone.now())
    _refresh_soon(segment)


def _refresh_soon(segment: Segment) -> None:
    transaction.on_commit(partial(tasks.refresh.delay, segment.pk))
