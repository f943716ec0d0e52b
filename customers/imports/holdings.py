"""Imports hold rows of files beside the customers made of them: they are found by address, and by age."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from customers import holdings, retention
from customers.holdings import Subject
from customers.identity.models import Profile
from customers.imports import forgetting
from customers.imports.forgetting import ENDED
from customers.imports.models import ImportJob, ImportProblem

# A trace is a pack of rows: only the customer's own are taken out of it.
CUT = """
    UPDATE imports_trace SET changed = (
        SELECT coalesce(jsonb_agg(pair), '[]') FROM jsonb_array_elements(changed) AS pair
        WHERE NOT (pair::text LIKE ANY(%(words)s)
            OR "table" = 'customers_customer' AND pair->>0 = %(pk)s::text))
    WHERE changed::text LIKE ANY(%(words)s)
       OR "table" = 'customers_customer' AND changed @> jsonb_build_array(jsonb_build_array(%(pk)s))
"""


def register_all() -> None:
    holdings.register_eraser("imports", forget)
    retention.register(
        retention.Kind(
            "import-rows",
            _("Rows of files that could not be taken over"),
            _("The rows of the error lists. How many there were stays with the import."),
            90,
            lambda before: ImportProblem.objects.filter(job__finished_at__lt=before),
            lambda pks: ImportProblem.objects.filter(pk__in=pks).delete()[0],
            order=61,
        )
    )


def forget(subject: Subject) -> Iterable[str]:
    """Rows that hold an address of the customer, samples and traces that do, and the files themselves."""
    handles = [*subject.emails, *subject.phones, *(one.removeprefix("+86") for one in subject.phones)]
    if not handles:
        return []
    _cut_traces(subject, handles)
    holds = reduce(or_, (Q(cells__icontains=one) for one in handles))
    ImportProblem.objects.filter(holds).delete()
    seen = reduce(or_, (Q(sample__icontains=one) for one in handles))
    ImportJob.objects.filter(seen).update(sample=[])
    return forgetting.forget(_with_files().filter(Exists(_came_by(subject))))


def _cut_traces(subject: Subject, handles: Sequence[str]) -> None:
    """What an import changed about the customer can no longer be taken back."""
    with connection.cursor() as cursor:
        cursor.execute(CUT, {"pk": subject.pk, "words": [f"%{one}%" for one in handles]})


def _with_files() -> QuerySet[ImportJob]:
    return ImportJob.objects.filter(status__in=ENDED).exclude(file="")


def _came_by(subject: Subject) -> QuerySet[Profile]:
    """Profiles of the customer that an import wrote at the time of the job around."""
    return Profile.objects.filter(
        customer=subject.pk,
        source=OuterRef("source"),
        first_seen_at__lte=OuterRef("finished_at"),
        last_seen_at__gte=OuterRef("started_at"),
    )
