"""Exports: asking, caps and approval, what stands in the file, who may fetch it, and the way back in."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories, jobs
from customers.exports import caps, writing
from customers.exports.models import ExportJob
from customers.imports import runner as importing
from customers.imports.models import ImportJob
from customers.models import Customer
from customers.orders.models import Rollup

pytestmark = pytest.mark.django_db
URL = "/customers/exports/"
Status = ExportJob.Status


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def operator() -> User:
    return people.user(Role.OPERATIONS, username="operator", name="Op")


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def ask(by: User, query: str = "", **wishes: Any) -> ExportJob:
    data = {"format": "csv", "columns": "view", "reason": "", **wishes}
    answer = signed_in(by).post(f"{URL}new/?{query}", data)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return ExportJob.objects.latest("pk")


def export(by: User, query: str = "", **wishes: Any) -> ExportJob:
    job = ask(by, query, **wishes)
    writing.write(job.pk)
    job.refresh_from_db()
    return job


def content(job: ExportJob) -> str:
    with job.file.open("rb") as file:
        return str(file.read().decode("utf-8-sig"))


def table(job: ExportJob) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(job))))


def test_a_view_leaves_as_it_is_shown(operator: User) -> None:
    for name, total in (("A", 5), ("B", 7), ("Elsewhere", 1)):
        made = factories.customer(name=name, city="X" if name != "Elsewhere" else "Y", tags=["t"])
        Rollup.objects.filter(customer=made).update(total=total)

    job = export(operator, "city=X&sort=-total&col=total&col=city&col=tags")

    rows = table(job)
    assert rows[0] == ["Customer", "Total spent", "City", "Tags", "exported by"]
    assert [row[:-1] for row in rows[1:]] == [["B", "7.00", "X", "t"], ["A", "5.00", "X", "t"]]
    assert (job.status, job.rows, len(job.sha256)) == (Status.DONE, 2, 64)


def test_every_row_and_the_name_say_who_and_when(operator: User) -> None:
    factories.customer()

    job = export(operator)

    assert table(job)[1][-1].startswith(f"Op (operator) · {timezone.localtime():%Y-%m-%d}")
    assert job.file_name.startswith("customers-operator-20")


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@x", "＝1", "\t=1", "'=1", " =cmd|'/C calc'!A0"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_is_a_formula(operator: User, evil: str, kind: str) -> None:
    factories.customer(name=f"{evil}x", city=evil, tags=[evil])

    job = export(operator, "col=city&col=tags", format=kind)

    if kind == "csv":
        cells = table(job)[1][:-1]
    else:
        found = list(load_workbook(job.file.path)["Customers"].iter_rows())[1]
        assert {cell.data_type for cell in found} == {"s"}
        cells = [str(cell.value) for cell in found[:-1]]
    assert all(cell.startswith("'") for cell in cells), cells


def test_a_workbook_says_who_took_it_and_knows_numbers(operator: User) -> None:
    made = factories.customer(name="A")
    Rollup.objects.filter(customer=made).update(total="12.50")

    job = export(operator, "col=total", format="xlsx")

    book = load_workbook(job.file.path)
    sheet = book["Customers"]
    assert [cell.value for cell in sheet[2]][:2] == ["A", 12.5]
    assert "operator" in book.properties.creator
    assert "operator" in sheet.oddFooter.left.text


def test_contacts_are_masked_unless_they_may_be_revealed(operator: User) -> None:
    factories.customer(phone="+8613812345678", email="wang@example.com")

    for wishes in ({}, {"columns": "all"}):
        masked = content(export(operator, "col=phone&col=email&col=contact", **wishes))
        assert "13812345678" not in masked
        assert "wang@" not in masked
    clear = export(operator, "col=phone&col=email", in_clear="on", reason="Letter to them")

    assert "+8613812345678" in content(clear)
    assert "wang@example.com" in content(clear)
    assert AuditEntry.objects.filter(action="export.written", detail__in_clear=True).exists()


def test_contacts_in_clear_need_a_purpose_and_the_right(operator: User) -> None:
    factories.customer()
    answer = signed_in(operator).post(f"{URL}new/", {"format": "csv", "columns": "view", "in_clear": "on"})
    assert answer.status_code == 422

    seller = people.user(Role.SALES)
    shared = factories.customer(owner=seller, phone="+8613812345678")
    Customer.objects.filter(pk=shared.pk).update(owner=seller)
    job = export(seller, "col=phone", in_clear="on", reason="x")
    assert "13812345678" in content(job)


def test_only_what_one_may_export(operator: User) -> None:
    seller = people.user(Role.SALES)
    factories.customer(name="Mine", owner=seller)
    factories.customer(name="Shared").shares.create(user=seller, level="edit")
    factories.customer(name="Other")

    assert [row[0] for row in table(export(seller))[1:]] == ["Mine"]


def test_ticked_customers_leave_alone(operator: User) -> None:
    first, second = factories.customer(name="A"), factories.customer(name="B")
    factories.customer(name="C")
    page = signed_in(operator).post(f"{URL}new/?sort=name", {"ids": [first.pk, second.pk]})
    assert page.context["job"].total == 2

    job = export(operator, "sort=name", ids=[first.pk, second.pk])

    assert [row[0] for row in table(job)[1:]] == ["A", "B"]


def test_above_the_cap_somebody_else_has_to_agree(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(caps.FREE, Role.OPERATIONS, 2)
    for _number in range(3):
        factories.customer()
    client = signed_in(operator)
    bare = client.post(f"{URL}new/", {"format": "csv", "columns": "view", "reason": ""})
    assert bare.status_code == 409

    job = ask(operator, reason="Yearly letter")
    writing.write(job.pk)
    job.refresh_from_db()
    assert (job.status, bool(job.file)) == (Status.WAITING, False)
    assert client.post(f"{URL}{job.pk}/decision/", {"allowed": "1"}).status_code == 404
    admin = signed_in(people.user(Role.ADMIN))
    assert "Yearly letter" in admin.get(f"{URL}{job.pk}/").content.decode()
    admin.post(f"{URL}{job.pk}/decision/", {"allowed": "1", "note": "fine"})
    writing.write(job.pk)

    job.refresh_from_db()
    assert (job.status, job.rows, job.note) == (Status.DONE, 3, "fine")
    assert admin.get(f"{URL}{job.pk}/file/").status_code == 404
    assert admin.post(f"{URL}{job.pk}/decision/", {"allowed": "0"}).status_code == 409


def test_even_who_may_approve_does_not_approve_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    both = people.user(Role.OPERATIONS, Role.ADMIN)
    monkeypatch.setitem(caps.FREE, Role.OPERATIONS, 0)
    factories.customer()
    job = ask(both, reason="x")

    assert signed_in(both).post(f"{URL}{job.pk}/decision/", {"allowed": "1"}).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        ExportJob.objects.filter(pk=job.pk).update(decided_by=both)


def test_a_manager_decides_about_the_teams_below_only(monkeypatch: pytest.MonkeyPatch) -> None:
    team = people.team()
    manager = people.user(Role.MANAGER, teams=(team,))
    seller, other = people.user(Role.SALES, teams=(team,)), people.user(Role.SALES, teams=(people.team(),))
    monkeypatch.setitem(caps.FREE, Role.SALES, 0)
    questions = []
    for one in (seller, other):
        factories.customer(owner=one)
        questions.append(ask(one, reason="x"))

    answers = [
        signed_in(manager).post(f"{URL}{job.pk}/decision/", {"allowed": "0"}).status_code for job in questions
    ]

    assert answers == [302, 404]
    writing.write(questions[0].pk)
    assert set(ExportJob.objects.values_list("status", flat=True)) == {Status.REFUSED, Status.WAITING}


def test_many_small_ones_count_as_the_large_one_they_are(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(caps.FREE, Role.OPERATIONS, 3)
    for _number in range(2):
        factories.customer()

    assert ask(operator).status == Status.QUEUED
    assert ask(operator, reason="again").status == Status.WAITING
    ExportJob.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert ask(operator).status == Status.QUEUED


def test_fifty_full_contacts_a_day_and_no_more_without_approval(operator: User) -> None:
    Customer.objects.bulk_create(Customer(name=f"C{number}") for number in range(51))
    Rollup.objects.bulk_create(Rollup(customer=one) for one in Customer.objects.all())

    assert ask(operator, in_clear="on", reason="x").status == Status.WAITING
    assert ask(operator).status == Status.QUEUED


def test_who_came_since_is_not_taken_along(operator: User) -> None:
    factories.customer()
    job = ask(operator)
    factories.customer()

    writing.write(job.pk)

    job.refresh_from_db()
    assert (job.status, job.error, bool(job.file)) == (Status.FAILED, "grew", False)


@pytest.mark.parametrize("lost", ["role", "account"])
def test_rights_are_asked_again_when_writing_and_when_fetching(operator: User, lost: str) -> None:
    factories.customer()
    written, waiting = export(operator), ask(operator)
    client = signed_in(operator)
    operator.roles = [Role.SERVICE] if lost == "role" else operator.roles
    operator.is_active = lost != "account"
    operator.save()

    writing.write(waiting.pk)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == (Status.FAILED, "no_rights")
    assert client.get(f"{URL}{written.pk}/file/").status_code in (302, 404)


def test_the_file_is_one_s_own_is_counted_and_goes(operator: User) -> None:
    factories.customer()
    job = export(operator)
    others = (people.user(Role.OPERATIONS), people.user(Role.ADMIN), people.user(Role.SALES))
    for other in others:
        assert signed_in(other).get(f"{URL}{job.pk}/file/").status_code == 404
    client = signed_in(operator)

    answer = client.get(f"{URL}{job.pk}/file/")

    assert b"exported by" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    job.refresh_from_db()
    assert job.downloads == AuditEntry.objects.filter(action="export.downloaded").count() == 1
    path = Path(job.file.path)
    ExportJob.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"{URL}{job.pk}/file/").status_code == 409
    writing.remove_stale()
    job.refresh_from_db()
    assert (job.status, job.file.name, path.exists()) == (Status.EXPIRED, "", False)


def test_a_killed_writer_s_file_is_written_anew(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        factories.customer(name=f"C{number}")
    job = ask(operator, "sort=name")
    monkeypatch.setattr(writing, "PAGE", 2)
    whole, calls = jobs.advance, iter(range(9))

    def dying(*arguments: Any, **changes: Any) -> None:
        if next(calls) == 1:
            raise KeyboardInterrupt
        whole(*arguments, **changes)

    monkeypatch.setattr(jobs, "advance", dying)
    with pytest.raises(KeyboardInterrupt):
        writing.write(job.pk)
    monkeypatch.setattr(jobs, "advance", whole)
    ExportJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    writing.write(job.pk)

    job.refresh_from_db()
    assert [row[0] for row in table(job)[1:]] == [f"C{number}" for number in range(5)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_left_comes_back_as_it_was(operator: User, kind: str) -> None:
    source = (
        "number,name,phone,email,gender,birthday,tags,city,card,country\n"
        '001,=Li,13800138000,li@example.com,f,1990-01-31,"a,b",上海,8801,CN\n'
        '002,\'-Wang,+49 30 901820,,m,,,,,\n0077,"O\'Neil, ""X""",,,,,,,,\n'
    )
    take(source.encode(), operator, "csv")
    before = state()
    job = export(operator, "sort=name", columns="all", in_clear="on", reason="Move", format=kind)

    back = take(Path(job.file.path).read_bytes(), operator, kind)

    assert (back.status, back.error_rows, back.created_rows) == ("done", 0, 0), back.problems.values()
    assert state() == before


def take(content: bytes, by: User, kind: str) -> ImportJob:
    job = factories.import_job(content, by=by, file_name=f"file.{kind}")
    importing.read(job.pk)
    ImportJob.objects.filter(pk=job.pk).update(status=ImportJob.Status.QUEUED)
    importing.run(job.pk)
    job.refresh_from_db()
    return job


def state() -> list[dict[str, Any]]:
    rows = Customer.objects.order_by("pk").values()
    return [{**row, "updated_at": None, "version": None} for row in rows]


def test_a_page_costs_as_many_queries_however_long_it_is(
    operator: User, django_assert_max_num_queries: Any
) -> None:
    for _number in range(30):
        factories.customer(owner=operator)
    job = ask(operator, columns="all", in_clear="on", reason="x")
    with django_assert_max_num_queries(22):
        writing.write(job.pk)


def test_the_constraints_hold(operator: User) -> None:
    given = {"created_by": operator, "total": 1, "limit": 1}
    for broken in ({"in_clear": True, "reason": ""}, {"rows": 2}, {"decided_by": operator}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ExportJob.objects.create(**{**given, **broken})


def test_strangers_find_nothing(operator: User) -> None:
    factories.customer()
    job = export(operator)
    for role in (Role.SERVICE, Role.MARKETING, Role.AUDITOR):
        stranger = signed_in(people.user(role))
        assert {stranger.get(f"{URL}{path}").status_code for path in ("", "new/", f"{job.pk}/")} == {404}
    assert signed_in(operator).get(URL).status_code == 200
    assert signed_in(operator).get(f"{URL}{job.pk}/").status_code == 200
    assert signed_in(operator).get(f"{URL}new/?city=X").status_code == 200
