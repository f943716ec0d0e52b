"""Bulk changes: choosing, looking, doing, going on after a crash, undoing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories, jobs
from customers.bulk import actions, runner, services
from customers.bulk.models import BulkItem, BulkJob
from customers.models import Customer
from customers.record.models import Change
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
URL = "/customers/bulk/"
Status = BulkJob.Status


@pytest.fixture(autouse=True)
def _forget_facets() -> None:
    cache.clear()


@pytest.fixture
def operator() -> User:
    return people.user(Role.OPERATIONS)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def draft(by: User, key: str, *, ids: list[int] | None = None, query: str = "") -> BulkJob:
    action = actions.find(key, by)
    assert action
    return services.choose(action, ids=ids or [], query=query, by=by)


def do(by: User, key: str, data: dict[str, Any], **chosen: Any) -> BulkJob:
    """Chooses, starts and, as a worker would, runs."""
    job = draft(by, key, **chosen)
    signed_in(by).post(f"{URL}{job.pk}/run/", data)
    runner.run(job.pk)
    job.refresh_from_db()
    return job


def undo(job: BulkJob, by: User) -> BulkJob:
    signed_in(by).post(f"{URL}{job.pk}/undoing/")
    runner.undo(job.pk)
    job.refresh_from_db()
    return job


def state() -> list[tuple[Any, ...]]:
    columns = ("pk", "city", "tags", "owner_id", "team_id", "deleted_at", "gender")
    return list(Customer.objects.order_by("pk").values_list(*columns))


def values_of(name: str) -> list[Any]:
    return list(Customer.objects.order_by("pk").values_list(name, flat=True))


def test_all_that_match_are_edited_and_no_others(operator: User) -> None:
    for number in range(3):
        factories.customer(city="上海", name=f"S{number}")
    factories.customer(city="北京")

    job = do(operator, "edit", {"field": "city", "value": "杭州"}, query="city=上海")

    assert values_of("city") == ["杭州"] * 3 + ["北京"]
    assert (job.status, job.total, job.changed, job.denied) == (Status.DONE, 3, 3, 0)
    assert set(Change.objects.values_list("field", "old", "new", "source")) == {
        ("city", "上海", "杭州", "bulk")
    }
    assert Entry.objects.count() == 3
    entry = Entry.objects.latest("pk")
    assert entry.customer.touched_at == entry.occurred_at
    assert AuditEntry.objects.filter(action__startswith="bulk.").count() == 2


CHANGES: list[tuple[str, Callable[[], dict[str, Any]]]] = [
    ("edit", lambda: {"field": "gender", "value": "female"}),
    ("edit", lambda: {"field": "city", "value": ""}),
    ("tag", lambda: {"tags": "礼品, VIP"}),
    ("untag", lambda: {"tags": "VIP"}),
    ("assign", lambda: {"owner": people.user(Role.SALES, teams=(people.team(),)).pk}),
    ("team", lambda: {"team": people.team().pk}),
]


@pytest.mark.parametrize(("key", "data"), CHANGES)
def test_every_change_is_undone_to_the_letter(
    key: str, data: Callable[[], dict[str, Any]], operator: User
) -> None:
    factories.customer(city="上海", tags=["VIP", "b"])
    factories.customer(city="北京", tags=["VIP"], owner=operator, team=people.team())
    before = state()

    job = do(operator, key, data())
    assert (job.changed, len(state())) == (2, 2)
    assert state() != before
    undo(job, operator)

    assert state() == before
    assert Change.objects.filter(source="undo").exists()
    assert (job.status, job.undone, job.kept) == (Status.UNDONE, 2, 0)


def test_a_new_owner_is_told_of_ticked_customers(operator: User) -> None:
    made, owner = factories.customer(), people.user(Role.SALES)

    do(operator, "assign", {"owner": owner.pk}, ids=[made.pk])

    entry = Entry.objects.get()
    assert (entry.kind, entry.data["owner"]) == ("customer.assigned", owner.pk)
    assert Change.objects.get(field="owner").new == owner.pk


def test_a_manager_hands_over_within_the_teams_below() -> None:
    team = people.team()
    manager = people.user(Role.MANAGER, teams=(team,))
    factories.customer(team=team)
    outside = people.user(Role.SALES, teams=(people.team(),))
    job = draft(manager, "assign")

    assert signed_in(manager).post(f"{URL}{job.pk}/run/", {"owner": outside.pk}).status_code == 422


def test_deleted_customers_come_back() -> None:
    team = people.team()
    manager = people.user(Role.MANAGER, teams=(team,))
    made = [factories.customer(team=team) for _number in range(2)]

    job = do(manager, "delete", {}, ids=[one.pk for one in made])
    assert not Customer.objects.present().exists()

    undo(job, manager)
    assert Customer.objects.present().count() == 2


def test_undoing_leaves_alone_what_somebody_changed_since_and_says_so(operator: User) -> None:
    made = [factories.customer(city="上海") for _number in range(3)]
    job = do(operator, "edit", {"field": "city", "value": "杭州"})
    Customer.objects.filter(pk=made[0].pk).update(city="苏州", version=9)

    undo(job, operator)

    assert values_of("city") == ["苏州", "上海", "上海"]
    job.refresh_from_db()
    assert (job.undone, job.kept) == (2, 1)
    assert b"kept" in signed_in(operator).get(f"{URL}{job.pk}/", headers={"accept-language": "en"}).content


def test_who_may_only_look_at_a_customer_changes_nothing_and_sees_why() -> None:
    team = people.team()
    seller = people.user(Role.SALES, teams=(team,))
    mine, shared = factories.customer(owner=seller), factories.customer(city="X")
    shared.shares.create(user=seller, level="view")

    job = draft(seller, "tag", ids=[mine.pk, shared.pk])
    page = signed_in(seller).post(f"{URL}{job.pk}/preview/", {"tags": "VIP"}).context["preview"]
    assert (page.chosen, page.allowed, page.denied, page.changing) == (2, 1, 1, 1)
    signed_in(seller).post(f"{URL}{job.pk}/run/", {"tags": "VIP"})

    job.refresh_from_db()
    assert values_of("tags") == [["VIP"], []]
    assert (job.changed, job.denied) == (1, 1)


def test_strangers_customers_cannot_even_be_chosen(operator: User) -> None:
    seller = people.user(Role.SALES)
    other = factories.customer(owner=operator)

    job = do(seller, "tag", {"tags": "x"}, ids=[other.pk])

    assert (job.total, other.tags) == (0, [])
    assert values_of("tags") == [[]]


def test_the_preview_says_who_is_so_already_and_shows_some(operator: User) -> None:
    for city in ("杭州", "上海", "上海"):
        factories.customer(city=city)

    job = draft(operator, "edit", query="kind=person")
    answer = signed_in(operator).post(f"{URL}{job.pk}/preview/", {"field": "city", "value": "杭州"})

    page = answer.context["preview"]
    assert (page.chosen, page.changing, page.same) == (3, 2, 1)
    assert [change[1:] for one in page.sample for change in one.changes] == [("上海", "杭州")] * 2
    assert values_of("city") == ["杭州", "上海", "上海"]


def test_very_many_are_not_counted(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customers.bulk.previewing.MOST_COUNTED", 2)
    for _number in range(4):
        factories.customer()

    page = signed_in(operator).get(f"{URL}{draft(operator, 'tag').pk}/").context["preview"]

    assert page.chosen_text == "≥ 2"


def test_rights_are_asked_again_when_the_work_begins(operator: User) -> None:
    factories.customer()
    job = draft(operator, "tag")
    signed_in(operator).post(f"{URL}{job.pk}/run/", {"tags": "x"})
    operator.roles = [Role.AUDITOR]
    operator.save()

    runner.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.error, values_of("tags")) == (Status.FAILED, "no_rights", [[]])


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_worker_s_work_goes_on_and_nothing_is_done_twice(
    moment: str, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(7):
        factories.customer()
    job = draft(operator, "tag")
    signed_in(operator).post(f"{URL}{job.pk}/run/", {"tags": "x"})
    monkeypatch.setattr(runner, "ROWS", 2)
    whole, calls = runner._mark, iter(range(9))

    def dying(*arguments: Any) -> None:
        if moment == "after":
            whole(*arguments)
        if next(calls) == 2:
            raise KeyboardInterrupt
        if moment == "before":
            whole(*arguments)

    monkeypatch.setattr(runner, "_mark", dying)
    with pytest.raises(KeyboardInterrupt):
        runner.run(job.pk)
    monkeypatch.setattr(runner, "_mark", whole)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.status == Status.RUNNING  # the dead worker's lease
    BulkJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.sweep(BulkJob, [Status.RUNNING]) == [job.pk]
    assert jobs.sweep(BulkJob, [Status.RUNNING]) == []
    runner.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.changed, set(values_of("version"))) == (Status.DONE, 7, {2})
    assert Change.objects.count() == 7


def test_what_keeps_dying_ends(operator: User) -> None:
    job = draft(operator, "tag")
    BulkJob.objects.update(status=Status.QUEUED, attempts=jobs.ATTEMPTS)

    runner.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.error) == (Status.FAILED, "interrupted")


def test_stopping_keeps_what_was_done(operator: User) -> None:
    factories.customer()
    job = draft(operator, "tag")
    services.start(job, actions.find("tag", operator) or actions.Action(), {"tags": ["x"]}, by=operator)
    signed_in(operator).post(f"{URL}{job.pk}/cancellation/")

    runner.run(job.pk)

    job.refresh_from_db()
    assert (job.status, values_of("tags")) == (Status.CANCELLED, [[]])
    assert signed_in(operator).post(f"{URL}{job.pk}/cancellation/").status_code == 409
    assert signed_in(operator).post(f"{URL}{job.pk}/undoing/").status_code == 409
    assert signed_in(operator).post(f"{URL}{job.pk}/run/", {"tags": "x"}).status_code == 409


def test_undo_has_an_end(operator: User) -> None:
    factories.customer()
    job = do(operator, "tag", {"tags": "x"})
    BulkJob.objects.update(finished_at=timezone.now() - timedelta(days=8))

    assert signed_in(operator).post(f"{URL}{job.pk}/undoing/").status_code == 409


def test_what_can_no_longer_be_undone_is_forgotten(operator: User) -> None:
    factories.customer()
    old, new = do(operator, "tag", {"tags": "x"}), do(operator, "tag", {"tags": "y"})
    left = draft(operator, "tag")
    BulkJob.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=8))
    BulkJob.objects.filter(pk=left.pk).update(created_at=timezone.now() - timedelta(days=2))

    runner.forget_old()

    assert list(BulkItem.objects.values_list("job", flat=True)) == [new.pk]
    assert set(BulkJob.objects.all()) == {old, new}


def test_bad_answers_come_back(operator: User) -> None:
    factories.customer()
    for key, data in (
        ("tag", {"tags": ""}),
        ("tag", {"tags": "x" * 51}),
        ("assign", {"owner": "999999"}),
        ("edit", {"field": "gender", "value": "x"}),
        ("edit", {"field": "country", "value": "Nowhere at all"}),
        ("edit", {"field": "city", "value": "x" * 81}),
        ("edit", {"field": "city", "value": "a\x00"}),
    ):
        job = draft(operator, key)
        assert signed_in(operator).post(f"{URL}{job.pk}/run/", data).status_code == 422, (key, data)
        job.refresh_from_db()
        assert job.status == Status.DRAFT


def test_a_field_that_may_not_be_edited_is_not(operator: User) -> None:
    factories.customer()
    do(operator, "edit", {"field": "deleted_at", "value": "2024-01-01"})

    assert values_of("deleted_at") == [None]


def test_others_and_strangers_get_404(operator: User) -> None:
    job = draft(operator, "tag")
    for user in (people.user(Role.OPERATIONS), people.user(Role.AUDITOR)):
        assert signed_in(user).get(f"{URL}{job.pk}/").status_code == 404
        for path in ("preview", "run", "cancellation", "undoing"):
            assert signed_in(user).post(f"{URL}{job.pk}/{path}/").status_code == 404
    seller = signed_in(people.user(Role.SALES))
    assert seller.post(f"{URL}new/assign/", {"ids": [1]}).status_code == 404
    assert seller.post(f"{URL}new/nonsense/", {"ids": [1]}).status_code == 404
    assert seller.post(f"{URL}new/tag/", {"ids": ["x"]}).status_code == 400


def test_the_list_leads_here_with_what_was_ticked(operator: User) -> None:
    made = factories.customer()
    answer = signed_in(operator).post(f"{URL}new/tag/?city=X&cursor=abc", {"ids": [made.pk]})
    assert answer.status_code == 302
    assert BulkJob.objects.get().ids == [made.pk]
    signed_in(operator).post(f"{URL}new/tag/?sort=name&city=X&view=", {"matching": "1", "ids": [made.pk]})
    last = BulkJob.objects.latest("pk")
    assert (last.ids, last.query) == ([], "city=X&sort=name")
    assert signed_in(operator).get(URL).status_code == 200


def test_a_thousand_cost_as_many_queries_as_two(operator: User) -> None:
    numbers = []
    for amount in (2, 60):
        for _number in range(amount):
            factories.customer()
        job = draft(operator, "tag")
        BulkJob.objects.filter(pk=job.pk).update(status=Status.QUEUED, params={"tags": [f"t{amount}"]})
        with CaptureQueriesContext(
            connection,
        ) as found:
            runner.run(job.pk)
        numbers.append(len(found))
    assert numbers[0] == numbers[1]


def test_a_customer_is_chosen_once(operator: User) -> None:
    job, made = draft(operator, "tag"), factories.customer()
    BulkItem.objects.create(job=job, customer=made)
    with pytest.raises(IntegrityError), transaction.atomic():
        BulkItem.objects.create(job=job, customer=made)
