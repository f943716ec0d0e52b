"""POST /customers/<pk>/changes/<version>/reversal/ and the pages around it."""

from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers import factories, services
from customers.models import Customer
from customers.record.models import Change
from customers.record.undoing import undo

pytestmark = pytest.mark.django_db
HTMX: dict[str, Any] = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def changed(known: Customer, seller: User) -> Customer:
    """Version 2 has another city and phone."""
    return services.update(known, {"city": "上海", "phone": "+8613900001111"}, version=1, by=seller)


def reversal(customer: Customer, version: int = 2) -> str:
    return f"/customers/{customer.pk}/changes/{version}/reversal/"


def test_a_save_is_taken_back_as_a_change_of_its_own(
    as_seller: Client, seller: User, changed: Customer
) -> None:
    answer = as_seller.post(reversal(changed), **HTMX)

    changed.refresh_from_db()
    assert (changed.city, changed.phone, changed.version) == ("北京", "+8613812345678", 3)
    assert set(Change.objects.filter(version=3).values_list("source", "by")) == {("undo", seller.pk)}
    assert answer.headers["HX-Refresh"] == "true"
    as_seller.post(reversal(changed, 3))
    changed.refresh_from_db()
    assert changed.city == "上海"


def test_what_was_changed_since_is_shown_and_chosen(
    as_seller: Client, seller: User, changed: Customer
) -> None:
    services.update(changed, {"city": "广州"}, version=2, by=seller)

    answer = as_seller.post(reversal(changed), follow=True)
    page = answer.content.decode()

    assert answer.redirect_chain == [(f"/customers/{changed.pk}/changes/2/", 302)]
    assert [word in page for word in ("北京", "上海", "广州")] == [True, True, True]
    assert "13812345678" not in page
    as_seller.post(reversal(changed), {"field": "phone", "seen": "3"})
    changed.refresh_from_db()
    assert (changed.city, changed.phone) == ("广州", "+8613812345678")
    as_seller.post(reversal(changed), {"field": "city", "seen": "4"})
    changed.refresh_from_db()
    assert changed.city == "北京"


def test_a_decision_is_asked_again_when_something_changed_after_it(seller: User, changed: Customer) -> None:
    services.update(changed, {"city": "广州"}, version=2, by=seller)

    with pytest.raises(Refused):
        undo(changed, 2, by=seller, seen=2)


def test_htmx_is_led_to_the_page_with_the_choice(as_seller: Client, seller: User, changed: Customer) -> None:
    services.update(changed, {"city": "广州"}, version=2, by=seller)

    answer = as_seller.post(reversal(changed), **HTMX)

    assert answer.headers["HX-Redirect"] == f"/customers/{changed.pk}/changes/2/"


def test_quiet_hours_are_put_back_together(seller: User, known: Customer) -> None:
    services.update(known, {"quiet_from": 21, "quiet_until": 8}, version=1, by=seller)

    undo(known, 2, by=seller, only=["quiet_from"])

    known.refresh_from_db()
    assert (known.quiet_from, known.quiet_until) == (None, None)


def test_who_may_not_hand_over_does_not_undo_that(seller: User, known: Customer) -> None:
    boss = people.user(Role.OPERATIONS)
    services.update(known, {"owner": boss}, version=1, by=boss)

    with pytest.raises(Refused):
        undo(known, 2, by=seller)


def test_what_no_longer_exists_is_not_put_back(seller: User, known: Customer) -> None:
    firm = factories.customer(kind="organisation", owner=seller)
    services.update(known, {"organisation": firm}, version=1, by=seller)
    services.update(known, {"organisation": None}, version=2, by=seller)
    firm.rollup.delete()
    Customer.objects.filter(pk=firm.pk).delete()

    with pytest.raises(Refused):
        undo(known, 3, by=seller)


def test_nothing_to_undo_is_a_sentence(as_seller: Client, known: Customer) -> None:
    assert as_seller.post(reversal(known, 7)).status_code == 409
    assert as_seller.get(f"/customers/{known.pk}/changes/7/").status_code == 404


def test_the_history_is_masked_and_names_who_and_how(
    as_seller: Client, seller: User, changed: Customer, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        page = as_seller.get(f"/customers/{changed.pk}/changes/").content.decode()

    assert [word in page for word in ("北京", "上海", "138••••5678", seller.name)] == [True] * 4
    assert "13900001111" not in page
    narrowed = as_seller.get(f"/customers/{changed.pk}/changes/?field=phone", **HTMX).content.decode()
    assert "上海" not in narrowed
    panel = as_seller.get(f"/customers/{changed.pk}/panels/changes/", **HTMX).content.decode()
    assert "上海" in panel


def test_strangers_get_404(client: Client, changed: Customer) -> None:
    client.force_login(people.user(Role.SALES))
    for address in (f"/customers/{changed.pk}/changes/", f"/customers/{changed.pk}/changes/2/"):
        assert client.get(address).status_code == 404
    assert client.post(reversal(changed)).status_code == 404
    changed.refresh_from_db()
    assert changed.city == "上海"
