"""Files that come by themselves: from a folder or an address, at fixed times, with a colleague's rights."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.fetching import CannotFetch, Fetched
from customers.imports import collecting, forgetting, services, tasks
from customers.imports.models import Arrival, ImportJob, SavedMapping, Schedule, Trace
from customers.imports.tests.conftest import Import
from customers.models import Customer

pytestmark = pytest.mark.django_db

CONTENT = "number,name\n1,Li Ming\n2,Wang Fang\n"


@pytest.fixture(autouse=True)
def _own_inbox(tmp_path: Path, settings: Any) -> None:
    settings.IMPORT_INBOX = tmp_path / "inbox"


@pytest.fixture
def schedule(operator: User) -> Schedule:
    mapping = SavedMapping.objects.create(
        name="Till", kind="customers", source="till", columns={"number": "number", "name": "name"}
    )
    past = timezone.now() - timedelta(minutes=1)
    return Schedule.objects.create(name="Nightly", mapping=mapping, created_by=operator, next_at=past)


def put(schedule: Schedule, name: str, content: str, *, seconds_ago: int = 60) -> Path:
    path = collecting.open_folder(schedule) / name
    path.write_text(content)
    moment = timezone.now().timestamp() - seconds_ago
    os.utime(path, (moment, moment))
    return path


def work() -> None:
    """What the sweeps do in the course of a minute."""
    collecting.collect()
    for _turn in range(4):
        ImportJob.objects.update(lease_until=None)
        tasks.sweep()
    collecting.settle()


def test_a_file_in_the_folder_comes_in_by_itself(schedule: Schedule) -> None:
    path = put(schedule, "customers.csv", CONTENT)

    work()

    job = ImportJob.objects.get()
    assert (job.status, job.source, job.created_rows, job.created_by) == (
        "done",
        "till",
        2,
        schedule.created_by,
    )
    assert schedule.arrivals.get().state == "done"
    assert not path.exists()
    assert [one.name[16:] for one in (path.parent / "processed").iterdir()] == ["customers.csv"]
    schedule.refresh_from_db()
    assert schedule.next_at > timezone.now()


@pytest.mark.parametrize(
    ("name", "content", "ago"),
    [("customers.txt", CONTENT, 60), (".customers.csv", CONTENT, 60), ("customers.csv", CONTENT, 0)],
    ids=["another name", "hidden", "still being written"],
)
def test_what_is_not_meant_or_not_whole_stays(schedule: Schedule, name: str, content: str, ago: int) -> None:
    path = put(schedule, name, content, seconds_ago=ago)

    work()

    assert path.exists()
    assert not ImportJob.objects.exists()


def test_links_to_other_files_are_not_followed(schedule: Schedule, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(CONTENT)
    (collecting.open_folder(schedule) / "customers.csv").symlink_to(secret)

    work()

    assert not ImportJob.objects.exists()


def test_a_crash_between_takes_nothing_in_twice(schedule: Schedule) -> None:
    put(schedule, "customers.csv", CONTENT)
    collecting.take_in(schedule)

    assert collecting.take_in(schedule) == 0
    assert ImportJob.objects.count() == 1


def test_too_many_faults_wait_for_somebody(schedule: Schedule, as_operator: Client) -> None:
    path = put(schedule, "customers.csv", "number,name,birthday\n1,Li,0000-00-00\n2,Wang,\n")
    SavedMapping.objects.update(columns={"number": "number", "name": "name", "birthday": "birthday"})

    work()

    arrival = schedule.arrivals.get()
    assert (arrival.state, arrival.error, ImportJob.objects.get().status) == (
        "waits",
        "too_many_errors",
        "checked",
    )
    assert path.exists()
    assert not Customer.objects.exists()
    assert as_operator.get("/imports/").context["troubled"] == 1
    as_operator.post(f"/imports/schedules/{schedule.pk}/acknowledgement/")
    assert as_operator.get("/imports/").context["troubled"] == 0


def test_a_file_without_a_column_of_the_mapping_waits(schedule: Schedule) -> None:
    put(schedule, "customers.csv", "number,who\n1,Li\n")

    work()

    assert schedule.arrivals.get().error == "other_columns"
    assert ImportJob.objects.get().status == "preview"


def test_a_file_that_is_none_moves_to_the_failed_ones(schedule: Schedule) -> None:
    path = put(schedule, "customers.csv", "%PDF-1.7")

    work()

    assert (schedule.arrivals.get().state, schedule.arrivals.get().error) == ("failed", "not_a_table")
    assert list((path.parent / "failed").iterdir())


def test_rights_are_those_of_the_colleague_today(schedule: Schedule) -> None:
    put(schedule, "customers.csv", CONTENT)
    User.objects.update(roles=[Role.SALES])

    work()

    assert schedule.arrivals.get().error == "no_rights"
    assert not Customer.objects.exists()


def test_an_address_is_fetched(schedule: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    Schedule.objects.update(origin="url", url="https://files.shop.test/customers.csv")

    def fetch(url: str, into: Any, **given: Any) -> Fetched:
        into.write(CONTENT.encode())
        return Fetched(len(CONTENT), "customers.csv")

    monkeypatch.setattr(collecting, "fetch", fetch)
    work()

    assert (ImportJob.objects.get().created_rows, schedule.arrivals.get().state) == (2, "done")


def test_an_address_that_does_not_answer_is_told(
    schedule: Schedule, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    Schedule.objects.update(origin="url", url="https://files.shop.test/customers.csv")

    def fetch(*args: Any, **given: Any) -> Fetched:
        raise CannotFetch("not_reached")

    monkeypatch.setattr(collecting, "fetch", fetch)
    work()

    arrival = schedule.arrivals.get()
    assert (arrival.state, arrival.error, arrival.job) == ("failed", "not_reached", None)
    assert [mail.to for mail in mailoutbox] == [[schedule.created_by.email]]
    assert f"/imports/schedules/{schedule.pk}/" in mailoutbox[0].body


@pytest.mark.parametrize(
    ("every", "now", "expected"),
    [
        ("quarter", "2026-11-22 10:07", "2026-11-22 10:15"),
        ("hour", "2026-11-22 10:07", "2026-11-22 11:00"),
        ("day", "2026-11-22 02:00", "2026-11-22 03:00"),
        ("day", "2026-11-22 03:00", "2026-11-23 03:00"),
        ("week", "2026-11-22 10:07", "2026-11-23 03:00"),
    ],
)
def test_the_time_table(schedule: Schedule, every: str, now: str, expected: str) -> None:
    schedule.every = every
    schedule.refresh_from_db(fields=["at_time"])
    moment = timezone.make_aware(datetime.fromisoformat(now))

    found = collecting.next_time(schedule, moment)

    assert f"{timezone.localtime(found):%Y-%m-%d %H:%M}" == expected


def test_it_is_set_up_changed_hurried_and_ended_on_its_pages(
    as_operator: Client, operator: User, schedule: Schedule
) -> None:
    given = {
        "name": "Shop",
        "mapping": schedule.mapping_id,
        "origin": "url",
        "url": "https://files.shop.test/customers.csv",
        "every": "hour",
        "at_time": "03:00",
        "most_errors": 5,
        "is_active": "on",
    }
    response: Any = as_operator.post("/imports/schedules/new/", given)
    made = Schedule.objects.get(name="Shop")
    assert response.url == f"/imports/schedules/{made.pk}/"
    assert (made.created_by, made.next_at > timezone.now()) == (operator, True)
    assert as_operator.get("/imports/schedules/").status_code == 200
    assert as_operator.get(response.url).status_code == 200
    as_operator.post(f"{response.url}turns/")
    made.refresh_from_db()
    assert made.next_at <= timezone.now()
    as_operator.post(response.url, given | {"every": "day"})
    made.refresh_from_db()
    assert made.every == "day"
    as_operator.post(f"{response.url}deletion/")
    assert not Schedule.objects.filter(name="Shop").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "url", "url": "http://files.shop.test/"},
        {"origin": "url", "url": ""},
        {"origin": "folder", "pattern": ""},
        {"origin": "folder", "pattern": "../*.csv"},
        {"most_errors": 101},
        {"mapping": 10**9},
    ],
)
def test_one_that_cannot_be_is_explained(
    as_operator: Client, schedule: Schedule, wrong: dict[str, Any]
) -> None:
    given = {"name": "x", "mapping": schedule.mapping_id, "origin": "folder", "pattern": "*.csv"}
    given |= {"every": "day", "at_time": "03:00", "most_errors": 10}

    assert as_operator.post("/imports/schedules/new/", given | wrong).status_code == 422


def test_the_table_asks_where_from(schedule: Schedule) -> None:
    with pytest.raises(IntegrityError):
        Schedule.objects.update(origin="url", url="http://127.0.0.1/")


def test_strangers_learn_nothing(client: Client, schedule: Schedule) -> None:
    client.force_login(people.user(Role.MARKETING))
    for path in ("", "new/", f"{schedule.pk}/"):
        assert client.get(f"/imports/schedules/{path}").status_code == 404
    for path in ("turns/", "deletion/", "acknowledgement/"):
        assert client.post(f"/imports/schedules/{schedule.pk}/{path}").status_code == 404


def test_files_are_kept_for_a_while(take: Import, as_operator: Client, operator: User) -> None:
    job = take(CONTENT)
    stored = job.file.path
    assert forgetting.forget_old() == 0
    assert Trace.objects.exists()
    again = services.repeat(job, by=operator)
    ImportJob.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=31))

    assert forgetting.forget_old() == 1
    job.refresh_from_db()
    assert (job.can_be_reverted, bool(job.file), job.sample) == (False, False, [])
    assert Path(stored).exists()
    assert not Trace.objects.exists()
    assert as_operator.get(f"/imports/{job.pk}/").status_code == 200
    assert as_operator.post(f"/imports/{job.pk}/review/").status_code == 409
    assert as_operator.post(f"/imports/{job.pk}/repetition/").status_code == 409

    ImportJob.objects.filter(pk=again.pk).update(created_at=timezone.now() - timedelta(days=31))
    forgetting.delete(forgetting.forget([ImportJob.objects.get(pk=again.pk)]))
    assert not Path(stored).exists()
    assert ImportJob.objects.get(pk=again.pk).status == "cancelled"


def test_run_again_takes_the_file_and_the_choices(take: Import, as_operator: Client) -> None:
    job = take(CONTENT, policies={"name": "keep"})

    response: Any = as_operator.post(f"/imports/{job.pk}/repetition/")

    again = ImportJob.objects.order_by("-pk")[0]
    assert response.url == f"/imports/{again.pk}/"
    assert (again.status, again.mapping, again.policies) == ("preview", job.mapping, {"name": "keep"})
    assert "Li Ming" in as_operator.get(response.url).content.decode()
    assert Arrival.objects.count() == 0
