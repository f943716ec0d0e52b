"""What was left out, as a file to correct and as a short summary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.db.models import Count, Min
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.lib.columns import unique_titles
from customers.imports.models import Arrival, ImportJob, ImportProblem, Schedule
from customers.imports.problems import sentence

REASONS_SHOWN = 8
ARRIVALS_SHOWN = 50


@dataclass(frozen=True)
class Reason:
    text: str | Promise
    column: str
    rows: int
    first_row: int


def file_name(job: ImportJob) -> str:
    stem = job.file_name.rpartition(".")[0] or job.file_name
    return _("left out of %(file)s.csv") % {"file": stem}


def alike_file_name(job: ImportJob) -> str:
    stem = job.file_name.rpartition(".")[0] or job.file_name
    return _("possible duplicates in %(file)s.csv") % {"file": stem}


def left_out(job: ImportJob) -> Iterator[Sequence[str]]:
    """The original cells of each row, then its number, the columns at fault and the reasons."""
    titles = unique_titles(job.header)
    yield [*titles, _("Row"), _("Column"), _("Reason")]
    found = job.problems.filter(alike=None).order_by("line", "id").iterator(chunk_size=1000)
    for line, group in groupby(found, attrgetter("line")):
        problems = list(group)
        cells = [*problems[0].cells, *[""] * len(titles)][: max(len(titles), len(problems[0].cells))]
        columns = "\n".join(one.column for one in problems if one.column)
        yield [*cells, str(line), columns, "\n".join(str(sentence(one.reason)) for one in problems)]


def reasons(job: ImportJob) -> list[Reason]:
    """The most frequent reasons, each with the first row it was met in."""
    counted = (
        ImportProblem.objects.filter(job=job, alike=None)
        .values("reason", "column")
        .annotate(rows=Count("id"), first_row=Min("line"))
        .order_by("-rows", "reason", "column")[:REASONS_SHOWN]
    )
    return [Reason(sentence(one["reason"]), one["column"], one["rows"], one["first_row"]) for one in counted]


def arrivals_of(schedule: Schedule) -> list[tuple[Arrival, str | Promise]]:
    """The last files that came by themselves, each with what went wrong, if anything."""
    newest = schedule.arrivals.select_related("job").order_by("-at", "-pk")[:ARRIVALS_SHOWN]
    return [(one, sentence(one.error) if one.error else "") for one in newest]
