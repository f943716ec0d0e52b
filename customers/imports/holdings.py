"""Imports hold rows of files beside the customers made of them: they are found by address, and by age."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from customers import holdings, retention
from customers.holdings import Subject
from customers.identity.models import Profile
from customers.imports import forgetting
from customers.imports.forgetting import ENDED
from customers.imports.models import ImportJob, ImportProblem


def register_all() -> None:
    holdings.register_eraser("imports", forget)
    retention.register(
        retention.Kind(
            "import-files",
            _("Uploaded files"),
            _("Files of imports that have ended. What was taken over, and the import's own record, stays."),
            30,
            lambda before: _with_files().filter(finished_at__lt=before),
            dispose_files,
            order=60,
        )
    )
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
    """Rows that hold an address of the customer, samples of files that do, and the files themselves."""
    handles = [*subject.emails, *subject.phones, *(one.removeprefix("+86") for one in subject.phones)]
    if not handles:
        return []
    holds = reduce(or_, (Q(cells__icontains=one) for one in handles))
    ImportProblem.objects.filter(holds).delete()
    seen = reduce(or_, (Q(sample__icontains=one) for one in handles))
    ImportJob.objects.filter(seen).update(sample=[])
    return forgetting.forget(_with_files().filter(Exists(_came_by(subject))))


def dispose_files(pks: Sequence[int]) -> int:
    for name in forgetting.forget(ImportJob.objects.filter(pk__in=pks)):
        default_storage.delete(name)
    return len(pks)


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
