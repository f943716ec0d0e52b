"""The pages of an import: list, upload, detail, mapping, run, cancellation, problems."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.imports.models import ImportJob
from customers.imports.tests.conftest import Import
from customers.models import Customer

pytestmark = pytest.mark.django_db

CONTENT = "编号,姓名,手机,备注\n1,李明,13800138000,爱喝茶\n2,王芳,1.38E+10,\n"
PART = {"hx-request": "true"}


def upload(client: Client, content: bytes, name: str = "members.csv", **fields: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post("/imports/new/", {"kind": "customers", "source": "pos", "file": file} | fields)


def mapping_of(job: ImportJob, **changes: str) -> dict[str, str]:
    """The form of the preview as a browser would send it."""
    chosen = {f"column_{index}": name for name, index in job.mapping.items()}
    return {"encoding": job.encoding, "delimiter": job.delimiter} | chosen | changes


def test_from_upload_to_result(
    as_operator: Client, operator: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = upload(as_operator, CONTENT.encode("gb18030"))
    job = ImportJob.objects.get()
    assert response.url == f"/imports/{job.pk}/"
    assert (job.status, job.source, job.encoding, job.created_by) == ("preview", "pos", "gb18030", operator)
    page = as_operator.get(response.url).content.decode()
    assert "李明" in page
    assert "+8613800138000" in page

    with django_capture_on_commit_callbacks(execute=True):
        as_operator.post(f"/imports/{job.pk}/check/")
    job.refresh_from_db()
    assert (job.status, job.findings["created"], job.findings["errors"]) == ("checked", 1, 1)
    assert not Customer.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        as_operator.post(f"/imports/{job.pk}/run/")

    job.refresh_from_db()
    assert (job.status, job.created_rows, job.error_rows) == ("done", 1, 1)
    page = as_operator.get(f"/imports/{job.pk}/").content.decode()
    assert f"/imports/{job.pk}/problems/" in page
    assert "hx-trigger" not in page.partition('id="import"')[2].partition(">")[0]


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (b"", {}),
        (b"name\nx\n", {"kind": "rockets"}),
        (b"name\nx\n", {"source": ""}),
        (b"x", {"source": "a\0b"}),
    ],
)
def test_an_upload_that_cannot_be_is_explained(
    as_operator: Client, content: bytes, fields: dict[str, str]
) -> None:
    response = upload(as_operator, content, **fields)

    assert response.status_code == 422
    assert "invalid-feedback" in response.content.decode()
    assert not ImportJob.objects.exists()


@override_settings(IMPORT_MAX_BYTES=10)
def test_too_large_a_file_is_refused(as_operator: Client) -> None:
    assert upload(as_operator, b"name\n" + b"x" * 20).status_code == 422


def test_the_name_of_a_file_is_shown_as_text(as_operator: Client) -> None:
    upload(as_operator, b"name\nx\n", name="<img src=x onerror=alert(1)>.csv")

    assert "<img src=x" not in as_operator.get("/imports/").content.decode()


def test_the_list_is_newest_first_and_keeps_its_budget(
    as_operator: Client, operator: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        factories.import_job(by=operator, file_name=f"file{number}.csv")
    as_operator.get("/imports/")

    with django_assert_max_num_queries(8):
        page = as_operator.get("/imports/")

    names = [job.file_name for job in page.context["page"].rows]
    assert names == [f"file{number}.csv" for number in range(59, 9, -1)]
    older = as_operator.get("/imports/", {"cursor": page.context["page"].next})
    assert len(older.context["page"].rows) == 10


@pytest.mark.parametrize("cursor", ["forged", "%00", "x" * 5000])
def test_a_forged_cursor_gets_a_sentence(as_operator: Client, cursor: str) -> None:
    assert as_operator.get(f"/imports/?cursor={cursor}").status_code == 400


def test_the_preview_says_why_a_row_would_be_left_out(
    as_operator: Client, look: Import, django_assert_max_num_queries: Any
) -> None:
    job = look(CONTENT)
    as_operator.get("/imports/")

    with django_assert_max_num_queries(8):
        response = as_operator.get(f"/imports/{job.pk}/")

    rows = response.context["preview"].rows
    assert [bool(row.reasons) for row in rows] == [False, True]
    assert [cell.is_used for cell in rows[0].cells] == [True, True, True, False]


def test_contacts_are_masked_for_colleagues_who_did_not_upload(client: Client, look: Import) -> None:
    job = look(CONTENT)
    client.force_login(people.user(Role.OPERATIONS))

    page = client.get(f"/imports/{job.pk}/").content.decode()

    assert "李明" in page
    assert "13800138000" not in page
    assert "爱喝茶" not in page


def test_a_part_is_answered_while_it_runs(as_operator: Client, look: Import) -> None:
    job = look(CONTENT)
    ImportJob.objects.update(
        status="running", started_at=timezone.now(), total_bytes=100, done_bytes=50, done_rows=1234
    )

    page = as_operator.get(f"/imports/{job.pk}/", headers=PART).content.decode()

    assert "<html" not in page
    assert 'hx-trigger="every 1s"' in page
    assert "1,234" in page
    assert 'value="50"' in page


def test_a_column_can_be_corrected(as_operator: Client, look: Import) -> None:
    job = look(CONTENT)

    response = as_operator.post(
        f"/imports/{job.pk}/mapping/", mapping_of(job, column_3="job_title", column_2="")
    )

    job.refresh_from_db()
    assert response.status_code == 302
    assert job.mapping == {"number": 0, "name": 1, "job_title": 3}


def test_another_encoding_is_another_first_look(
    as_operator: Client, look: Import, django_capture_on_commit_callbacks: Any
) -> None:
    job = look("編號,姓名\n1,王小明\n".encode("big5"), encoding="gb18030")
    assert job.header != ["編號", "姓名"]

    with django_capture_on_commit_callbacks(execute=True):
        as_operator.post(f"/imports/{job.pk}/mapping/", mapping_of(job, encoding="big5"))

    job.refresh_from_db()
    assert (job.status, job.encoding, job.header) == ("preview", "big5", ["編號", "姓名"])


@pytest.mark.parametrize(
    "changes",
    [
        {"column_1": "number"},
        {"column_0": "is_staff"},
        {"encoding": "rot13"},
        {"delimiter": "xx"},
        {"encoding": "a\0"},
    ],
)
def test_a_mapping_that_cannot_be_is_explained(
    as_operator: Client, look: Import, changes: dict[str, str]
) -> None:
    job = look(CONTENT)

    response = as_operator.post(f"/imports/{job.pk}/mapping/", mapping_of(job, **changes), headers=PART)

    assert response.status_code == 422
    before = job.mapping
    job.refresh_from_db()
    assert job.mapping == before


@pytest.mark.parametrize(
    ("kind", "mapping"),
    [
        ("customers", {"phone": 2}),
        ("orders", {"customer_number": 0, "placed_at": 1}),
        ("orders", {"placed_at": 1, "amount": 2}),
        ("orders", {"customer_number": 0, "amount": 2}),
    ],
)
def test_what_lacks_a_column_does_not_start(
    as_operator: Client, look: Import, kind: str, mapping: dict[str, int]
) -> None:
    job = look(CONTENT, kind=kind)
    ImportJob.objects.update(mapping=mapping)

    assert as_operator.post(f"/imports/{job.pk}/check/").status_code == 409
    job.refresh_from_db()
    assert job.status == "preview"


def test_it_starts_once_and_only_after_its_check(as_operator: Client, look: Import) -> None:
    job = look(CONTENT)
    assert as_operator.post(f"/imports/{job.pk}/run/").status_code == 409
    ImportJob.objects.update(status="checked")

    assert as_operator.post(f"/imports/{job.pk}/run/").status_code == 302
    assert as_operator.post(f"/imports/{job.pk}/run/").status_code == 409
    assert as_operator.post(f"/imports/{job.pk}/mapping/", mapping_of(job)).status_code == 409


def test_it_can_be_cancelled_until_it_has_ended(as_operator: Client, look: Import) -> None:
    job = look(CONTENT)

    assert as_operator.post(f"/imports/{job.pk}/cancellation/").status_code == 302
    assert as_operator.post(f"/imports/{job.pk}/cancellation/").status_code == 409
    job.refresh_from_db()
    assert job.status == "cancelled"
    assert as_operator.get(f"/imports/{job.pk}/").status_code == 200
    assert not Customer.objects.exists()


def test_the_rows_left_out_come_back_safe_and_with_their_reasons(as_operator: Client, take: Import) -> None:
    job = take("编号,姓名,手机,生日\n7,=cmd|' /C calc'!A0,12,0000-00-00\n8,李明,,\n9,@x,1.38E+10,\n")

    response: Any = as_operator.get(f"/imports/{job.pk}/problems/")

    assert response["Content-Type"].startswith("text/csv")
    assert response["Content-Disposition"].startswith("attachment")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:4] == ["编号", "姓名", "手机", "生日"]
    assert rows[1][:6] == ["7", "'=cmd|' /C calc'!A0", "12", "0000-00-00", "1", "手机\n生日"]
    assert len(rows[1][6].splitlines()) == 2
    assert [row[4] for row in rows[1:]] == ["1", "3"]
    assert all(not cell.startswith(tuple("=+-@")) for row in rows for cell in row)


def test_the_rows_left_out_can_be_corrected_and_imported(as_operator: Client, take: Import) -> None:
    job = take("编号,姓名,生日\n7,+Li,0000-00-00\n")
    response: Any = as_operator.get(f"/imports/{job.pk}/problems/")
    content = b"".join(response.streaming_content)

    again = take(content.replace(b"0000-00-00", b"1990-01-31"))

    assert again.created_rows == 1
    assert Customer.objects.get().name == "+Li"


READ = ("", "problems/", "duplicates/")
WRITTEN = (
    *("mapping/", "saving/", "check/", "columns/", "run/", "cancellation/"),
    *("review/", "reversal/", "permanence/", "repetition/"),
)


def test_strangers_learn_nothing(client: Client, look: Import) -> None:
    job = look(CONTENT)
    for role in (Role.SALES, Role.SERVICE, Role.MARKETING, Role.MANAGER, Role.AUDITOR, Role.ADMIN):
        client.force_login(people.user(role))
        for path in ("/imports/", "/imports/new/", *(f"/imports/{job.pk}/{one}" for one in READ)):
            assert client.get(path).status_code == 404, (role, path)
        for path in (f"/imports/{job.pk}/{one}" for one in WRITTEN):
            assert client.post(path).status_code == 404, (role, path)
    job.refresh_from_db()
    assert job.status == "preview"


@pytest.mark.parametrize("pk", [0, 10**18])
def test_what_is_not_there_is_not_found(as_operator: Client, pk: int) -> None:
    assert as_operator.get(f"/imports/{pk}/").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("status", ImportJob.Status.values)
def test_every_state_has_a_page_in_both_languages(
    as_operator: Client, look: Import, status: str, language: str
) -> None:
    job = look(CONTENT)
    ended = timezone.now() if status in ("done", "failed", "cancelled", "reverted") else None
    ImportJob.objects.update(status=status, finished_at=ended, error="bomb" if status == "failed" else "")
    as_operator.cookies["django_language"] = language

    assert as_operator.get(f"/imports/{job.pk}/").status_code == 200
    assert as_operator.get("/imports/").status_code == 200
