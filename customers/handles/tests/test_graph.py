"""/customers/<pk>/identities/"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.handles import graph
from customers.handles.sharing import Share
from customers.identity.models import Identity
from customers.models import Customer

pytestmark = pytest.mark.django_db
PHONE = "+8613817652948"


@pytest.fixture
def seller(client: Client) -> User:
    user = people.user(Role.SALES)
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return user


@pytest.fixture
def mine(seller: User) -> Customer:
    made = factories.customer(name="王小明", owner=seller)
    factories.identity(made, "phone", PHONE)
    return made


def page(client: Client, customer: Customer) -> str:
    response = client.get(f"/customers/{customer.pk}/identities/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def share(customer: Customer, reader: User) -> graph.Node:
    return graph.of(customer, reader).handles[0]


def holders(*names: str, **fields: object) -> list[Customer]:
    made = [factories.customer(name=name, **fields) for name in names]
    for one in made:
        factories.identity(one, "phone", PHONE)
    return made


def test_it_shows_who_said_what(client: Client, mine: Customer) -> None:
    text = page(client, mine)

    assert "identity-graph" in text
    assert "shop" in text
    assert PHONE not in text
    assert "style=" not in text
    assert "Nobody else" in text


def test_who_else_has_it_is_linked_if_visible_and_told_by_team_if_not(
    client: Client, mine: Customer, seller: User
) -> None:
    (visible,) = holders("李雷", owner=seller)
    (hidden,) = holders("CANARY", team=people.team("South"))

    text = page(client, mine)

    assert f"/customers/{visible.pk}/" in text
    assert "looked after by South" in text
    assert "CANARY" not in text
    assert f"/customers/{hidden.pk}/" not in text


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ((), Share.ALONE),
        (("王小明",), Share.ALONE),
        (("李雷",), Share.TWO),
        (("王小红", "王大明"), Share.HOUSEHOLD),
        (("赵一", "钱二", "孙三", "李四", "周五", "吴六"), Share.SWITCHBOARD),
    ],
)
def test_sharing_is_recognised_by_the_names(
    mine: Customer, seller: User, others: tuple[str, ...], expected: Share
) -> None:
    holders(*others)

    node = share(mine, seller)

    assert node.sharing.share == expected
    assert bool(node.sharing.damped) == (expected != Share.ALONE)


def test_a_company_makes_it_a_switchboard(mine: Customer, seller: User) -> None:
    holders("李雷")
    holders("青岚咖啡有限公司", kind="organisation")

    assert share(mine, seller).sharing.share == Share.SWITCHBOARD


def test_a_number_that_went_on_to_somebody_else_was_reused(mine: Customer, seller: User) -> None:
    (later,) = holders("李雷")
    now = timezone.now()
    own = Identity.objects.filter(profile__customer=mine)
    own.update(first_seen_at=now - timedelta(days=900), last_seen_at=now - timedelta(days=700))
    Identity.objects.filter(profile__customer=later).update(first_seen_at=now - timedelta(days=9))

    assert share(mine, seller).sharing.share == Share.REUSED


def test_detached_handles_stay_in_the_picture_and_come_back(
    client: Client, mine: Customer, seller: User
) -> None:
    identity = Identity.objects.get(profile__customer=mine)
    place = f"/customers/{mine.pk}/handles/{identity.pk}"

    response = client.post(f"{place}/detachment/", {"next": "graph"})

    assert response.headers["Location"] == f"/customers/{mine.pk}/identities/"
    assert "No longer theirs" in page(client, mine)
    client.post(f"{place}/attachment/", {"next": "graph"})
    assert "No longer theirs" not in page(client, mine)


def test_names_are_escaped_in_the_picture(client: Client, seller: User) -> None:
    mean = factories.customer(name="<script>alert(1)</script>", owner=seller)
    factories.identity(mean, "phone", PHONE)

    assert "<script>alert" not in page(client, mean)


def test_a_stranger_sees_nothing(client: Client, seller: User) -> None:
    theirs = factories.customer(owner=people.user(Role.SALES))

    assert client.get(f"/customers/{theirs.pk}/identities/").status_code == 404


def test_a_switchboard_of_many_takes_as_few_queries_as_one(
    client: Client, mine: Customer, django_assert_max_num_queries: Any
) -> None:
    holders(*(f"Person {number}" for number in range(30)))
    page(client, mine)

    with django_assert_max_num_queries(14):
        page(client, mine)


def test_somebody_without_handles_has_a_page(client: Client, seller: User) -> None:
    assert "No handle is known yet." in page(client, factories.customer(owner=seller))
