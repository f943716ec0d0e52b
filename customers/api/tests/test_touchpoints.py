"""Touchpoints as programs tell them, by the hundred."""

from typing import Any

import pytest
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller
from customers import factories
from customers.models import Customer
from customers.timeline.models import Entry
from customers.timeline.signals import recorded

pytestmark = pytest.mark.django_db
Row = dict[str, Any]


def touch(customer: Row, number: str = "1", **fields: Any) -> Row:
    return {
        "customer": customer,
        "source": "web",
        "source_id": number,
        "kind": "visit",
        "channel": "web",
        "occurred_at": "2026-01-31T09:30:00+08:00",
        "summary": "Looked at the beans",
        **fields,
    }


def tell(api: Caller, *rows: Row) -> list[Row]:
    answer = api.post("touchpoints/bulk", {"items": list(rows)})
    assert answer.status == 200, answer.data
    results: list[Row] = answer.data["results"]
    return results


def test_told_again_a_touchpoint_changes_nothing(api: Caller) -> None:
    row = touch({"id": factories.customer().pk})
    first, again = tell(api, row)[0], tell(api, row)[0]

    assert (first["status"], again["status"]) == ("created", "unchanged")
    assert first["id"] == again["id"] == Entry.objects.get(kind="visit").pk


def test_told_twice_in_one_request_it_is_written_once(api: Caller) -> None:
    row = touch({"id": factories.customer().pk})
    assert len({one["id"] for one in tell(api, row, row)}) == 1


def test_a_customer_is_meant_by_id_by_number_or_by_handle(api: Caller) -> None:
    customer = factories.customer()
    factories.identity(customer, "email", "ming@shop.test")
    factories.identity(customer, "card", "77", scope="shop")
    ways: list[Row] = [
        {"id": customer.pk},
        {"source": "shop", "key": str(customer.pk)},
        {"identity": {"kind": "email", "value": " Ming@Shop.Test"}},
        {"identity": {"kind": "card", "value": "77", "source": "shop"}},
    ]
    results = tell(api, *[touch(way, str(number)) for number, way in enumerate(ways)])

    assert [one["status"] for one in results] == ["created"] * 4
    assert set(Entry.objects.values_list("customer", flat=True)) == {customer.pk}


def test_what_nobody_or_several_are_known_by_is_an_error_of_its_row(api: Caller) -> None:
    for _ in range(2):
        factories.identity(factories.customer(), "phone", "+8613800138000")
    results = tell(
        api,
        touch({"identity": {"kind": "phone", "value": "13800138000"}}, "1"),
        touch({"identity": {"kind": "email", "value": "nobody@shop.test"}}, "2"),
        touch({"identity": {"kind": "phone", "value": "no number"}}, "3"),
        touch({"id": factories.customer().pk}, "4"),
    )
    assert [one["code"] for one in results] == ["shared_contact", "unknown_customer", "unknown_customer", ""]


def test_a_customer_of_others_looks_like_none(api: Caller) -> None:
    other = factories.customer(owner=people.user(Role.SALES))
    leader = Caller(people.user(Role.MANAGER, teams=(people.team(),)))

    assert tell(leader, touch({"id": other.pk}))[0]["code"] == "unknown_customer"
    assert not Entry.objects.exists()


def test_the_customer_was_last_active_then(api: Caller) -> None:
    long_ago = timezone.now().replace(year=2001)
    customer = factories.customer(touched_at=long_ago)
    tell(api, touch({"id": customer.pk}))
    assert Customer.objects.get().touched_at.year == 2026


def test_whoever_listens_hears_of_new_entries_only(api: Caller) -> None:
    heard: list[int] = []

    def listen(sender: object, entries: list[Entry], **kwargs: object) -> None:
        heard.extend(one.pk for one in entries)

    recorded.connect(listen)
    row = touch({"id": factories.customer().pk})
    tell(api, row)
    tell(api, row)
    recorded.disconnect(listen)
    assert heard == [Entry.objects.get(kind="visit").pk]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "customer.changed"},
        {"kind": "Order"},
        {"channel": "pigeon"},
        {"occurred_at": "2026-01-31T09:30:00"},
        {"occurred_at": "0001-01-01T00:00:00Z"},
        {"occurred_at": 1767225600},
        {"summary": ""},
        {"summary": "x" * 301},
        {"customer": {}},
        {"customer": {"id": 1, "source": "shop", "key": "1"}},
        {"customer": {"id": 2**63}},
        {"actor": 1},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_its_place(api: Caller, wrong: Row) -> None:
    answer = api.post("touchpoints/bulk", {"items": [{**touch({"id": factories.customer().pk}), **wrong}]})
    assert answer.status == 422
    assert answer.data["errors"][0]["field"].startswith("items.0")


def test_what_a_program_says_cannot_look_like_our_own(api: Caller) -> None:
    customer = factories.customer()
    tell(api, touch({"id": customer.pk}, source="staff", data={"changes": 5, "mentions": 3}))
    entry = Entry.objects.get(kind="visit")

    assert entry.source == "api:staff"
    assert entry.data == {"told": {"changes": 5, "mentions": 3}}
    shown = api.get(f"customers/{customer.pk}/touchpoints").data["items"][0]
    assert (shown["source"], shown["data"]) == ("staff", {"changes": 5, "mentions": 3})


def test_a_hundred_cost_as_many_queries_as_one(api: Caller, django_assert_max_num_queries: Any) -> None:
    rows = [touch({"id": factories.customer().pk}, str(number)) for number in range(100)]
    tell(api, rows[0])
    with django_assert_max_num_queries(10):
        tell(api, *rows)
