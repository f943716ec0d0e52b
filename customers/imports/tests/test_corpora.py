"""All that is hostile in ../shared/data/fuzz goes through reader and runner: no exception, no row lost."""

import csv
import io
import json
from pathlib import Path

import pytest

from customers.imports import checking, runner
from customers.imports.models import ImportJob
from customers.imports.problems import FILE
from customers.imports.tests.conftest import DATA, Import, counts, shared
from customers.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FUZZ = DATA / "fuzz"
COUNTS = ("created", "updated", "unchanged", "skipped", "errors")
CORPORA = (
    "csv-spectrum",
    "csv-horror",
    "csv-frictionless",
    "json",
    "blns",
    "payloads",
    "dict",
    "url",
    "html",
)


def files(corpus: str) -> list[Path]:
    return sorted(path for path in shared(f"fuzz/{corpus}").rglob("*") if path.is_file())


def left_out_lines(job: ImportJob) -> set[int]:
    return set(job.problems.filter(alike=None).values_list("line", flat=True))


def assert_nothing_lost(job: ImportJob, path: Path) -> None:
    if job.status == ImportJob.Status.FAILED:
        assert job.error in FILE, path
        return
    assert job.status == ImportJob.Status.DONE, path
    taken = job.created_rows + job.updated_rows + job.unchanged_rows
    assert len(left_out_lines(job)) == job.skipped_rows + job.error_rows, path
    assert taken + job.skipped_rows + job.error_rows == job.done_rows, path
    assert left_out_lines(job) <= set(range(1, job.done_rows + 1)), path


@pytest.mark.parametrize("kind", ["customers", "orders"])
@pytest.mark.parametrize("corpus", CORPORA)
def test_every_file_ends_with_each_row_taken_over_or_told(take: Import, corpus: str, kind: str) -> None:
    for path in files(corpus):
        assert_nothing_lost(take(path, kind=kind), path)


@pytest.mark.parametrize("corpus", ["csv-spectrum", "csv-horror", "csv-frictionless"])
def test_a_check_says_of_every_file_what_its_import_then_does(look: Import, corpus: str) -> None:
    for path in files(corpus):
        job = look(path)
        if job.status == ImportJob.Status.FAILED:
            continue
        ImportJob.objects.filter(pk=job.pk).update(status="to_check")
        checking.check(job.pk)
        job.refresh_from_db()
        told, said = left_out_lines(job), [job.findings.get(name, 0) for name in COUNTS]
        job.problems.all().delete()
        ImportJob.objects.filter(pk=job.pk).update(status="queued", done_bytes=0)
        runner.run(job.pk)
        job.refresh_from_db()
        assert (list(counts(job)), left_out_lines(job)) == (said, told), path


@pytest.mark.parametrize("corpus", ["csv-spectrum", "csv-horror", "csv-frictionless"])
def test_whatever_the_columns_are_taken_for(take: Import, corpus: str) -> None:
    """The worst mapping: each column as something it is not."""
    names = ("name", "number", "phone", "birthday", "email", "gender", "tags", "country", "card", "owner")
    for path in files(corpus):
        for turn in range(3):
            chosen = names[turn:] + names[:turn]
            job = take(path, mapping={name: index for index, name in enumerate(chosen)} | {"name": 0})
            assert_nothing_lost(job, path)


@pytest.mark.parametrize(
    "name", ["comma_in_quotes", "escaped_quotes", "newlines_crlf", "quotes_and_newlines", "simple", "utf8"]
)
def test_rows_are_those_that_the_corpus_expects(take: Import, name: str) -> None:
    path = shared(f"fuzz/csv-spectrum/csvs/{name}.csv")

    job = take(path, mapping={"name": 0})

    with path.open(newline="", encoding="utf-8") as file:
        expected = [row for row in csv.reader(file) if row][1:]
    assert job.done_rows == len(expected)


def test_naughty_strings_come_in_as_they_are(take: Import) -> None:
    """As the name and the company of customers; only line breaks become spaces, as everywhere in one line."""
    strings = json.loads(shared("fuzz/blns/blns.json").read_text(encoding="utf-8"))
    texts = [text for text in strings if text.strip() and len(text) <= 200]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(
        [["number", "name", "company"], *([n, text, text] for n, text in enumerate(texts))]
    )

    job = take(out.getvalue())

    told = left_out_lines(job)
    named = dict(Customer.objects.values_list("profiles__source_key", "name"))
    assert len(named) + len(told) == len(texts)
    different = [
        (text, named.get(str(number), ""))
        for number, text in enumerate(texts)
        if number + 1 not in told and named[str(number)].split() != _composed(text).split()
    ]
    assert different == []


def _composed(text: str) -> str:
    from unicodedata import normalize

    return normalize("NFC", text)
