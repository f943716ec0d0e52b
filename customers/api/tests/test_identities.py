"""What customers can be recognised by, as programs read and write it."""

import pytest

from crm.api.tests.caller import Caller
from customers import factories
from customers.identity.models import Identity

pytestmark = pytest.mark.django_db


def test_a_handle_finds_its_customers(api: Caller) -> None:
    known = factories.customer()
    factories.identity(known, "phone", "+8613800138000")
    found = api.post("identities/search", {"kind": "phone", "value": "138 0013 8000"})
    assert [one["id"] for one in found.data["items"]] == [known.pk]
    assert api.post("identities/search", {"kind": "phone", "value": "0"}).status == 422


def test_an_identity_is_added_once_and_detached(api: Caller) -> None:
    path = f"customers/{factories.customer().pk}/identities"
    for _ in range(2):
        added = api.post(path, {"kind": "card", "value": "77", "source": "shop"})
    told = [(one["kind"], one["scope"], one["value"]) for one in added.data["items"]]
    assert told == [("card", "shop", "77")]

    assert api.delete(f"{path}/{added.data['items'][0]['id']}").status == 204
    assert api.get(path).data["items"] == []
    assert Identity.objects.get().detached_at


def test_what_another_customer_has_alone_stays_theirs(api: Caller) -> None:
    factories.identity(factories.customer(), "card", "77", scope="shop")
    path = f"customers/{factories.customer().pk}/identities"
    assert api.post(path, {"kind": "card", "value": "77", "source": "shop"}).status == 409


def test_values_are_masked_without_the_scope_for_contacts(api: Caller) -> None:
    customer = factories.customer()
    factories.identity(customer, "email", "ming@shop.test")
    path = f"customers/{customer.pk}/identities"
    masked = Caller(api.user, "customers:read").get(path)
    assert masked.data["items"][0]["value"] != "ming@shop.test"
    assert api.get(path).data["items"][0]["value"] == "ming@shop.test"
