"""Merges as programs ask for them."""

from crm.api.tests.caller import Caller
from customers import factories
from customers import services as customers
from customers.models import Customer


def test_a_program_joins_and_finds_the_survivor_under_both_numbers(api: Caller) -> None:
    one, other = factories.customer(city="上海"), factories.customer(city="北京")
    made = api.post(f"customers/{one.pk}/merges", {"absorbed": [other.pk], "winners": {"city": other.pk}})
    assert made.status == 201
    assert made.data["items"][0]["absorbed"] == other.pk
    assert made.data["items"][0]["cause"] == "api"
    read = api.get(f"customers/{other.pk}")
    assert (read.data["id"], read.data["merged_from"], read.data["city"]) == (one.pk, [other.pk], "北京")
    assert len(api.get(f"customers/{one.pk}/merges").data["items"]) == 1


def test_what_hangs_on_a_customer_is_found_under_both_numbers(api: Caller) -> None:
    one, other = factories.customer(), factories.customer()
    api.post(f"customers/{one.pk}/merges", {"absorbed": [other.pk]})
    added = api.post(
        f"customers/{other.pk}/identities", {"kind": "phone", "value": "+8613912345678", "source": "shop"}
    )
    assert added.status == 200
    assert len(api.get(f"customers/{one.pk}/identities").data["items"]) == len(added.data["items"])
    made = api.post("tasks", {"title": "Call back", "customer": other.pk, "due_on": "2026-12-01"})
    assert made.data["customer"] == one.pk
    assert [task["id"] for task in api.get(f"tasks?customer={other.pk}").data["items"]] == [made.data["id"]]
    assert api.get(f"customers/{other.pk}/touchpoints").data["items"]
    assert api.get(f"customers/{other.pk}/merges").data["items"][0]["survivor"] == one.pk


def test_taking_back_asks_when_things_changed(api: Caller) -> None:
    one, other = factories.customer(), factories.customer()
    merge = api.post(f"customers/{one.pk}/merges", {"absorbed": [other.pk]}).data["items"][0]["id"]
    one.refresh_from_db()
    customers.update(one, {"city": "苏州"}, version=one.version, by=api.user)
    assert api.delete(f"customers/{one.pk}/merges/{merge}").status == 409
    assert api.delete(f"customers/{one.pk}/merges/{merge}?despite=true").status == 204
    assert Customer.objects.present().count() == 2


def test_whoever_is_not_there_is_not_joined(api: Caller) -> None:
    one = factories.customer()
    assert api.post(f"customers/{one.pk}/merges", {"absorbed": [0]}).status in (404, 422)
    assert api.post(f"customers/{one.pk}/merges", {"absorbed": [999_999]}).status == 404
    assert api.post(f"customers/{one.pk}/merges", {"absorbed": []}).status == 422
    assert api.post(f"customers/{one.pk}/merges", {"absorbed": [one.pk]}).status == 409
