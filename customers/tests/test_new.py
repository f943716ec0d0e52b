"""GET and POST /customers/new/"""

from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories, search
from customers.identity.models import Identity, Profile
from customers.models import Customer

pytestmark = pytest.mark.django_db
URL = "/customers/new/"
FILLED = {"kind": "person", "name": "王小明", "phone": "138 1234 5678", "email": "Wang@Example.com"}


def test_a_customer_is_written_down_with_all_that_belongs_to_it(as_seller: Client, seller: User) -> None:
    response = as_seller.post(URL, FILLED | {"tags": "VIP，企业, VIP", "country": "中国"})

    made = Customer.objects.get()
    assert response.headers["Location"] == f"/customers/{made.pk}/"
    assert (made.phone, made.email, made.country) == ("+8613812345678", "wang@example.com", "CN")
    assert made.tags == ["VIP", "企业"]
    assert made.owner == seller
    assert made.team == seller.teams.get()
    assert made.rollup.orders == 0
    profile = Profile.objects.get(customer=made)
    assert (profile.source, profile.raw["name"]) == ("manual", "王小明")
    assert set(Identity.objects.values_list("kind", "value")) == {
        ("phone", "+8613812345678"),
        ("email", "wang@example.com"),
    }
    assert search.find(Customer.objects.visible_to(seller), "wangxm") == []
    assert search.find(Customer.objects.visible_to(seller), "wxm 5678") == [made]
    assert made.entries.get().kind == "customer.created"
    assert AuditEntry.objects.get(action="customer.created").subject_id == made.pk


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("phone", "call me"),
        ("email", "nobody"),
        ("email", "a@b"),
        ("kind", "robot"),
        ("birthday", "0000-00-00"),
        ("birthday", "tomorrow"),
        ("country", "Atlantis"),
        ("tags", "x" * 51),
    ],
)
def test_bad_input_is_said_beside_its_field(as_seller: Client, field: str, value: str) -> None:
    response = as_seller.post(URL, FILLED | {field: value})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Customer.objects.exists()


def test_a_known_phone_asks_first_and_is_then_taken(as_seller: Client, seller: User) -> None:
    known = factories.customer(name="Known", owner=seller)
    factories.identity(known, "phone", "+8613812345678")

    asked = as_seller.post(URL, FILLED)
    assert asked.status_code == 422
    assert f"/customers/{known.pk}/" in asked.content.decode()
    assert Customer.objects.count() == 1

    as_seller.post(URL, FILLED | {"confirmed": "1"})
    assert Customer.objects.count() == 2


def test_another_team_s_customer_is_told_by_its_team_alone(as_seller: Client) -> None:
    known = factories.customer(name="Secret Name", team=people.team("South"))
    factories.identity(known, "email", "wang@example.com")

    page = as_seller.post(URL, FILLED).content.decode()

    assert "South" in page
    assert "Secret Name" not in page
    assert f"/customers/{known.pk}/" not in page


def test_a_seller_cannot_give_the_customer_to_somebody_else(as_seller: Client, seller: User) -> None:
    other = people.user(Role.SALES)

    as_seller.post(URL, FILLED | {"owner": other.pk, "restricted": "on"})

    made = Customer.objects.get()
    assert made.owner == seller
    assert not made.restricted


def test_an_operator_may_leave_it_to_nobody_or_choose(as_operator: Client) -> None:
    owner = people.user(Role.SALES)

    as_operator.post(URL, FILLED)
    as_operator.post(URL, FILLED | {"name": "Second", "owner": owner.pk, "confirmed": "1"})

    assert Customer.objects.get(name="王小明").owner is None
    assert Customer.objects.get(name="Second").owner == owner


def test_an_auditor_cannot_own_customers(as_operator: Client) -> None:
    response = as_operator.post(URL, FILLED | {"owner": people.user(Role.AUDITOR).pk})

    assert "owner" in response.context["form"].errors


def test_a_stranger_gets_404(client: Client) -> None:
    client.force_login(people.user(Role.MARKETING))

    assert client.get(URL).status_code == 404
    assert client.post(URL, FILLED).status_code == 404
    assert not Customer.objects.exists()


def test_the_form_opens(as_seller: Client, django_assert_max_num_queries: Any) -> None:
    as_seller.get(URL)
    with django_assert_max_num_queries(5):
        page = as_seller.get(URL).content.decode()

    assert 'name="owner"' not in page
