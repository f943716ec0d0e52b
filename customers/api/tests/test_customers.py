"""Customers as programs read and write them."""

from typing import Any

import pytest

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller
from crm.audit.models import AuditEntry
from customers import factories
from customers.identity.models import Identity, Profile
from customers.models import Customer
from customers.record.models import Change

pytestmark = pytest.mark.django_db


def test_a_number_names_a_customer_once_however_often_it_is_said(api: Caller) -> None:
    said = {"name": "Li Ming", "phone": "138 0013 8000", "tags": ["vip"]}
    first = api.put("customers/by-key/shop/A-1", said)
    again = api.put("customers/by-key/shop/A-1", said)

    assert (first.status, again.status) == (201, 200)
    assert first.data["id"] == again.data["id"] == Customer.objects.get().pk
    assert first.data["version"] == again.data["version"] == 1
    assert first.data["keys"] == [{"source": "shop", "key": "A-1"}]
    assert Profile.objects.get().source_key == "A-1"
    assert set(Identity.objects.values_list("kind", "value")) == {
        ("number", "A-1"),
        ("phone", "+8613800138000"),
    }


def test_a_number_may_hold_a_slash(api: Caller) -> None:
    assert api.put("customers/by-key/shop/2024/17", {"name": "Li Ming"}).status == 201
    assert api.get("customers/by-key/shop/2024/17").data["name"] == "Li Ming"


def test_what_is_left_out_stays_and_null_empties(api: Caller) -> None:
    api.put("customers/by-key/shop/1", {"name": "Li Ming", "company": "Acme", "city": "上海"})
    changed = api.put("customers/by-key/shop/1", {"company": None, "job_title": "Buyer"})

    assert (changed.data["company"], changed.data["city"], changed.data["job_title"]) == ("", "上海", "Buyer")
    assert changed.data["version"] == 2
    assert {one.source for one in Change.objects.all()} == {"api"}


def test_the_same_name_and_phone_mean_the_customer_we_know(api: Caller) -> None:
    known = factories.customer(name="Li Ming")
    factories.identity(known, "phone", "+8613800138000")

    assert (
        api.put("customers/by-key/till/7", {"name": "Li Ming", "phone": "13800138000"}).data["id"] == known.pk
    )


def test_a_card_of_somebody_else_is_refused(api: Caller) -> None:
    for number in ("1", "2"):
        api.put(
            f"customers/by-key/shop/{number}",
            {"name": number, "identities": [{"kind": "card", "value": f"c{number}"}]},
        )
    stolen = api.put("customers/by-key/shop/1", {"identities": [{"kind": "card", "value": "c2"}]})

    assert stolen.status == 409
    assert "belongs to another customer" in stolen.data["detail"]


def test_contacts_are_masked_unless_the_token_may_read_them(api: Caller) -> None:
    user = api.user
    customer = factories.customer(phone="+8613800138000", email="ming@shop.test")
    masked = Caller(user, "customers:read").get(f"customers/{customer.pk}")
    clear = Caller(user, "customers:read", "contacts:read").get(f"customers/{customer.pk}")

    assert "138" not in masked.data["phone"][3:8] or masked.data["phone"] != customer.phone
    assert masked.data["email"] != customer.email
    assert (clear.data["phone"], clear.data["email"]) == (customer.phone, customer.email)
    read = AuditEntry.objects.get(action="customers.contacts_read")
    assert read.detail["customers"] == [customer.pk]


def test_a_change_names_the_version_it_saw(api: Caller) -> None:
    customer = factories.customer(name="Li Ming")
    path = f"customers/{customer.pk}"

    assert api.patch(path, {"city": "上海"}).status == 428
    assert api.patch(path, {"city": "上海"}, **{"If-Match": '"1"'}).data["version"] == 2
    assert api.patch(path, {"city": "北京"}, **{"If-Match": '"1"'}).status == 412
    assert Customer.objects.get().city == "上海"
    assert api.get(path).headers["ETag"] == '"2"'


def test_each_row_of_a_bulk_stands_for_itself(api: Caller) -> None:
    rows: list[dict[str, Any]] = [
        {"source": "shop", "key": "1", "name": "Li Ming"},
        {"source": "shop", "key": "2"},
        {"source": "shop", "key": "1", "city": "上海"},
        {"source": "shop", "key": "3", "name": "Anna"},
    ]
    answer = api.post("customers/bulk", {"items": rows})

    results = answer.data["results"]
    assert [one["status"] for one in results] == ["created", "error", "updated", "created"]
    assert results[1]["code"] == "no_name"
    assert Customer.objects.count() == 2


def test_somebody_elses_customer_is_not_there(api: Caller) -> None:
    leader = Caller(people.user(Role.MANAGER, teams=(people.team(),)))
    path = f"customers/{factories.customer(owner=api.user).pk}"

    assert api.get(path).status == 200
    assert leader.get(path).status == 404
    assert leader.patch(path, {"city": "x"}, **{"If-Match": "1"}).status == 404
    assert leader.delete(path).status == 404


def test_the_list_is_paged_by_cursor(api: Caller) -> None:
    made = [factories.customer().pk for _ in range(5)]
    first = api.get("customers?limit=3")
    rest = api.get(f"customers?limit=3&cursor={first.data['next']}")

    assert [one["id"] for one in first.data["items"] + rest.data["items"]] == made
    assert rest.data["next"] is None


def test_an_unknown_filter_is_refused_instead_of_showing_everybody(api: Caller) -> None:
    answer = api.get("customers?citty=x")
    assert answer.status == 422
    assert answer.data["errors"] == [{"field": "citty", "message": "There is no such parameter."}]


@pytest.mark.parametrize("name", ["id", "version", "restricted", "deleted_at", "team", "touched_at"])
def test_what_is_not_offered_cannot_be_set(api: Caller, name: str) -> None:
    assert api.put("customers/by-key/shop/1", {"name": "Li", name: 1}).status == 422
    assert not Customer.objects.exists()


def test_reading_a_page_costs_few_queries(api: Caller, django_assert_max_num_queries: Any) -> None:
    for _ in range(10):
        factories.customer()
    api.get("customers")
    with django_assert_max_num_queries(8):
        api.get("customers")
