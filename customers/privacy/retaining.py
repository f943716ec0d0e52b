"""Retention: what would go, and the nightly run that lets it go, in chunks.

The rule on a kind of data is asked by the same query in the preview and at night. A run is a row per night;
a crash costs one chunk, and the next sweep goes on.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit import services as audit
from customers import retention
from customers.models import Customer, CustomerQuerySet
from customers.privacy import finishing
from customers.privacy.models import Protection, RetentionRule, RetentionRun, SubjectRequest
from customers.retention import Kind
from customers.timeline.models import Entry

CHUNK = 1000
# Erasing takes some statements per customer; a chunk of it should stay short too.
ERASED_AT_ONCE = 50
MOST_COUNTED = 10_000
SAMPLES = 5
NIGHTLY_AT = clock(3, 30)
LEASE = timedelta(minutes=2)
YEAR = 365


@dataclass(frozen=True)
class Preview:
    """What a rule would let go now; `number` stops counting one above MOST_COUNTED."""

    number: int
    samples: Sequence[str]

    @property
    def is_capped(self) -> bool:
        return self.number > MOST_COUNTED

    @property
    def shown(self) -> int:
        return min(self.number, MOST_COUNTED)


def preview(kind: Kind, days: int) -> Preview:
    rows = kind.rows(_before(days))
    number = rows.order_by()[: MOST_COUNTED + 1].count()
    return Preview(number, [kind.sample(row) for row in rows.order_by("pk")[:SAMPLES]])


def run_if_due(*, seconds: float = 30) -> None:
    """Goes on with tonight's run for so long; nothing to do once it has finished."""
    run = _claim()
    if run is None:
        return
    until = time.monotonic() + seconds
    for rule in RetentionRule.objects.filter(is_on=True).order_by("pk"):
        kind = retention.find(rule.kind)
        while kind is not None and _dispose_chunk(run, kind, rule.days):
            if time.monotonic() > until:
                RetentionRun.objects.filter(pk=run.pk).update(lease_until=None)
                return
    RetentionRun.objects.filter(pk=run.pk).update(finished_at=timezone.now(), lease_until=None)
    run.refresh_from_db()
    audit.record("retention.ran", run, by=None, rows=run.counts)


@transaction.atomic
def _dispose_chunk(run: RetentionRun, kind: Kind, days: int) -> bool:
    """Whether there may be more."""
    held = RetentionRun.objects.select_for_update().get(pk=run.pk)
    size = ERASED_AT_ONCE if kind.key in ERASING else CHUNK
    pks = list(kind.rows(_before(days)).order_by("pk").values_list("pk", flat=True)[:size])
    if not pks:
        return False
    gone = kind.dispose(pks)
    held.counts[kind.key] = held.counts.get(kind.key, 0) + gone
    held.lease_until = timezone.now() + LEASE
    held.save(update_fields=["counts", "lease_until"])
    # What is still there was held back for a reason that asking again would not change.
    return gone == len(pks) == size


def _claim() -> RetentionRun | None:
    now = timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE))
    if now.time() < NIGHTLY_AT or not RetentionRule.objects.filter(is_on=True).exists():
        return None
    RetentionRun.objects.bulk_create([RetentionRun(day=now.date())], ignore_conflicts=True)
    free = RetentionRun.objects.filter(day=now.date(), finished_at=None).exclude(lease_until__gt=now)
    if not free.update(lease_until=now + LEASE):
        return None
    return RetentionRun.objects.get(day=now.date())


def _before(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


ERASING = ("deleted-customers", "sleeping-customers")


def register_all() -> None:
    _register_erasing()
    _register_emptying()


def _register_erasing() -> None:
    retention.register(
        Kind(
            "deleted-customers",
            _("Deleted customers"),
            _("Customers in the bin are erased: they can then no longer be brought back."),
            90,
            lambda before: _not_erased().removed().filter(deleted_at__lt=before),
            _erase,
            order=10,
        )
    )
    retention.register(
        Kind(
            "sleeping-customers",
            _("Customers who never bought and have long been silent"),
            _("Without an order and without any activity for so long, the purpose of keeping them is over."),
            3 * YEAR,
            lambda before: _not_erased().filter(touched_at__lt=before, deleted_at=None, rollup__orders=0),
            _erase,
            order=20,
        )
    )


def _register_emptying() -> None:
    retention.register(
        Kind(
            "timeline-texts",
            _("What was said, on the timeline"),
            _("The texts of messages, calls and notes go. That there was one, and when, stays."),
            5 * YEAR,
            lambda before: Entry.objects.filter(occurred_at__lt=before).exclude(body=""),
            lambda pks: Entry.objects.filter(pk__in=pks).update(body=""),
            order=30,
        )
    )
    retention.register(
        Kind(
            "requests",
            _("Answered requests about data"),
            _("What somebody wrote and how they proved who they are goes. That and when we answered stays."),
            3 * YEAR,
            lambda before: SubjectRequest.objects.filter(closed_at__lt=before).exclude(note="", proof=""),
            lambda pks: SubjectRequest.objects.filter(pk__in=pks).update(note="", proof=""),
            order=90,
        )
    )


def _not_erased() -> CustomerQuerySet:
    gone = Protection.objects.filter(Q(customer=OuterRef("pk")) & ~Q(erased_at=None))
    return Customer.objects.filter(~Exists(gone))


def _erase(pks: Sequence[int]) -> int:
    for customer in Customer.objects.filter(pk__in=pks):
        finishing.erase_without_asking(customer, "retention")
    return len(pks)
