"""Saved lists: keeping, changing, sharing, copying, pinning, opening first, deleting."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories
from customers.lists import services
from customers.lists.models import Mark, SavedList

pytestmark = pytest.mark.django_db
URL, LIST = "/customers/lists/", "/customers/"


@pytest.fixture(autouse=True)
def _forget_facets() -> None:
    cache.clear()


@pytest.fixture
def seller() -> User:
    return people.user(Role.SALES)


@pytest.fixture
def as_seller(client: Client, seller: User) -> Client:
    client.force_login(seller)
    return client


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_what_the_address_says_is_kept_and_becomes_a_tab(as_seller: Client, seller: User) -> None:
    answer = as_seller.post(
        f"{URL}new/", {"name": " City  list ", "query": "sort=name&cursor=&city=上海&foo=1"}
    )

    kept = SavedList.objects.get()
    assert (kept.name, kept.owner) == ("City list", seller)
    assert kept.query == "city=%E4%B8%8A%E6%B5%B7&sort=name"
    assert answer.headers["Location"] == f"{LIST}?{kept.address}"
    saved = as_seller.get(answer.headers["Location"]).context["saved"]
    assert (saved.current, list(saved.tabs), saved.is_modified) == (kept, [kept], False)


def test_a_changed_list_says_so_and_can_be_saved(as_seller: Client, seller: User) -> None:
    kept = services.keep("Mine", "sort=name", by=seller)

    saved = as_seller.get(f"{LIST}?sort=-total&saved={kept.pk}").context["saved"]
    assert saved.is_modified
    assert saved.may_change
    as_seller.post(f"{URL}{kept.pk}/question/", {"query": saved.query})

    kept.refresh_from_db()
    assert kept.query == "sort=-total"


def test_the_order_of_the_address_does_not_matter(as_seller: Client, seller: User) -> None:
    kept = services.keep("Mine", "col=owner&col=total&sort=name&density=compact", by=seller)

    same = as_seller.get(f"{LIST}?density=compact&saved={kept.pk}&sort=name&col=owner&col=total")
    other = as_seller.get(f"{LIST}?density=compact&saved={kept.pk}&sort=name&col=total&col=owner")

    assert not same.context["saved"].is_modified
    assert other.context["saved"].is_modified


def test_others_do_not_see_a_private_list(as_seller: Client) -> None:
    kept = services.keep("Theirs", "", by=people.user(Role.OPERATIONS))

    assert as_seller.get(f"{LIST}?saved={kept.pk}").context["saved"].current is None
    for path, data in (("copies", {}), ("pin", {"pinned": "1"}), ("deletion", {}), ("question", {})):
        assert as_seller.post(f"{URL}{kept.pk}/{path}/", data).status_code == 404, path
    assert as_seller.post(f"{URL}first/", {"list": kept.pk}).status_code == 404


def test_a_list_for_a_department_is_seen_in_its_teams_only() -> None:
    east = people.team("East")
    shanghai, south = people.team("Shanghai", parent=east), people.team("South")
    manager = people.user(Role.MANAGER, teams=(east,))
    kept = services.keep("East", "", by=manager, audience="team", team=east)

    inside, outside = people.user(Role.SALES, teams=(shanghai,)), people.user(Role.SALES, teams=(south,))

    assert list(SavedList.objects.visible_to(inside)) == [kept]
    assert not SavedList.objects.visible_to(outside).exists()
    assert not SavedList.objects.visible_to(inside, "edit").exists()


@pytest.mark.parametrize(
    ("role", "audience", "status"),
    [
        (Role.SALES, "all", 302),  # the question is not asked, so the answer counts for nothing
        (Role.MANAGER, "all", 422),
        (Role.MANAGER, "team", 302),
        (Role.OPERATIONS, "all", 302),
    ],
)
def test_sharing_needs_the_right_to(role: Role, audience: str, status: int) -> None:
    team = people.team()
    user = people.user(role, teams=(team,))

    answer = as_user(user).post(
        f"{URL}new/", {"name": "L", "audience": audience, "team": team.pk, "query": ""}
    )

    assert answer.status_code == status
    expected = audience if role != Role.SALES and status == 302 else "private"
    assert {one.audience for one in SavedList.objects.all()} <= {expected}


def test_a_manager_does_not_share_with_other_teams() -> None:
    user = people.user(Role.MANAGER, teams=(people.team(),))

    answer = as_user(user).post(f"{URL}new/", {"name": "L", "audience": "team", "team": people.team().pk})

    assert answer.status_code == 422


def test_what_a_colleague_shared_stays_when_they_leave(as_seller: Client) -> None:
    boss = people.user(Role.OPERATIONS)
    kept = services.keep("For all", "sort=name", by=boss, audience="all")
    boss.is_active = False
    boss.save()

    assert kept.name in as_seller.get(URL).content.decode()
    heir = as_user(people.user(Role.OPERATIONS))
    assert heir.post(f"{URL}{kept.pk}/edit/", {"name": "Taken over", "audience": "all"}).status_code == 302
    assert AuditEntry.objects.filter(action="list.shared").count() == 1


def test_the_customers_open_with_the_first_list(as_seller: Client, seller: User) -> None:
    kept, other = services.keep("A", "sort=name", by=seller), services.keep("B", "", by=seller)

    as_seller.post(f"{URL}first/", {"list": other.pk})
    as_seller.post(f"{URL}first/", {"list": kept.pk})

    assert as_seller.get(LIST).headers["Location"] == f"{LIST}?sort=name&saved={kept.pk}"
    assert as_seller.get(f"{LIST}?view=").status_code == 200
    as_seller.post(f"{URL}first/", {"list": ""})
    assert as_seller.get(LIST).status_code == 200


def test_a_copy_is_one_s_own_and_has_a_name_of_its_own(as_seller: Client, seller: User) -> None:
    kept = services.keep("For all", "sort=name", by=people.user(Role.OPERATIONS), audience="all")

    as_seller.post(f"{URL}{kept.pk}/copies/")
    as_seller.post(f"{URL}{kept.pk}/copies/")

    mine = SavedList.objects.filter(owner=seller).order_by("name")
    assert [one.name for one in mine] == ["For all", "For all (2)"]
    assert {(one.query, one.audience) for one in mine} == {("sort=name", "private")}


def test_a_name_twice_is_refused(as_seller: Client, seller: User) -> None:
    services.keep("Mine", "", by=seller)

    assert as_seller.post(f"{URL}new/", {"name": "Mine", "query": ""}).status_code == 409
    assert as_seller.post(f"{URL}new/", {"name": "", "query": ""}).status_code == 422
    assert as_seller.post(f"{URL}new/", {"name": "X", "query": "sort=password"}).status_code == 400


def test_tabs_come_and_go(as_seller: Client, seller: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = services.keep("Mine", "", by=seller)
    as_seller.post(f"{URL}{kept.pk}/pin/", {"pinned": ""})
    assert list(as_seller.get(LIST).context["saved"].tabs) == []

    monkeypatch.setattr(services, "MOST_TABS", 0)
    assert as_seller.post(f"{URL}{kept.pk}/pin/", {"pinned": "1"}).status_code == 409


def test_deleting_takes_the_marks_along(as_seller: Client, seller: User) -> None:
    kept = services.keep("Mine", "", by=seller)

    as_seller.post(f"{URL}{kept.pk}/deletion/")

    assert not SavedList.objects.exists()
    assert not Mark.objects.exists()


def test_the_constraints_hold(seller: User) -> None:
    kept = services.keep("Mine", "", by=seller)
    other = services.keep("Other", "", by=seller)
    Mark.objects.update(is_default=False)
    services.open_first(kept, by=seller)
    broken: list[Any] = [
        lambda: SavedList.objects.create(name="Mine", owner=seller),
        lambda: SavedList.objects.create(name="", owner=seller),
        lambda: SavedList.objects.create(name="T", owner=seller, audience="team"),
        lambda: SavedList.objects.create(name="T", owner=seller, team=people.team()),
        lambda: Mark.objects.create(user=seller, saved_list=kept),
        lambda: Mark.objects.filter(saved_list=other).update(is_default=True),
    ]
    for breaking in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            breaking()


def test_a_page_of_lists_costs_few_queries(
    as_seller: Client, seller: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        services.keep(f"L{number}", "", by=seller)
    factories.customer(owner=seller)
    as_seller.get(LIST)
    with django_assert_max_num_queries(8):
        as_seller.get(URL)
    with django_assert_max_num_queries(8):
        as_seller.get(f"{LIST}?saved=1")
