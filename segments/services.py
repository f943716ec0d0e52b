"""What people and other features ask of segments."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.models import CustomerQuerySet
from segments import nesting, rules, tasks
from segments.models import PICKED, Pick, Segment


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
def make_list(name: str, customers: Collection[int], *, by: User) -> Segment:
    """A segment of exactly these customers."""
    segment = _static(name, by)
    Pick.objects.bulk_create(
        [Pick(segment=segment, customer_id=pk, added_by=by) for pk in customers],
        batch_size=5000,
        ignore_conflicts=True,
    )
    return segment


@transaction.atomic
def make_list_of(name: str, customers: "QuerySet[Any, Any]", *, by: User) -> Segment:
    """A segment of exactly those in a query of customers' numbers, written where they are found."""
    segment = _static(name, by)
    found, params = customers.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Pick._meta.db_table} (segment_id, customer_id, added_by_id, added_at)"
            f" SELECT %s, found.*, %s, statement_timestamp() FROM ({found}) AS found ON CONFLICT DO NOTHING",
            [segment.pk, by.pk, *params],
        )
    return segment


@transaction.atomic
def freeze(segment: Segment, *, by: User) -> Segment:
    """A segment of exactly those who are in this one at its next count; filled in the background."""
    day = timezone.localdate().isoformat()
    made = _static(free_name(f"{segment.name[:85]} · {day}"), by)
    Segment.objects.filter(pk=made.pk).update(copies=segment)
    return made


def _static(name: str, by: User) -> Segment:
    """An empty segment whose members are put in by hand."""
    made = Segment(name=name, created_by=by, rule={"match": "all", "rules": []})
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise Refused(_("There is a segment of this name already.")) from None
    # Its rule asks for its own number, which it has only once it is stored.
    tree = {"match": "all", "rules": [{"fact": PICKED, "op": "any_of", "value": [made.pk]}]}
    made.rule = rules.to_json(rules.parse(tree))
    made.save(update_fields=["rule"])
    audit.record("segment.created", made, by=by)
    _refresh_soon(made)
    return made


def free_name(name: str) -> str:
    """The name, with a number if there is such a segment already."""
    taken = set(Segment.objects.filter(name__startswith=name).values_list("name", flat=True))
    numbered = (f"{name} ({number})" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)


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
