"""GET /segments/…/why/: which condition of the rule holds for a customer."""

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories as customers
from segments import membership
from segments.factories import buyer, segment

pytestmark = pytest.mark.django_db
RULE = {
    "match": "all",
    "rules": [
        {"fact": "profile.city", "op": "any_of", "value": ["Shanghai"]},
        {"match": "none", "rules": [{"fact": "orders.total", "op": "at_most", "value": "50"}]},
        {"fact": "orders.orders", "op": "is_not", "value": 0},
    ],
}


def test_each_condition_says_whether_it_holds(as_marketer: Client) -> None:
    one, customer = segment(rule=RULE), buyer(city="Shanghai", total=20)
    reason = as_marketer.get(f"/segments/{one.pk}/why/?customer={customer.pk}").context["reason"]
    assert [part.holds for part in reason.clause.parts] == [True, False, True]
    assert reason.clause.parts[1].parts[0].holds
    assert not reason.holds


def test_it_says_what_the_next_count_will_change(as_marketer: Client) -> None:
    one = segment(rule=RULE)
    membership.refresh(one.pk)
    customer = buyer(city="Shanghai", total=200)
    page = as_marketer.get(
        f"/segments/{one.pk}/why/?customer={customer.pk}", headers={"accept-language": "en"}
    )
    assert "Enters with the next count" in page.content.decode()


def test_a_customer_is_found_by_name(as_marketer: Client) -> None:
    one, customer = segment(), customers.found(name="Ada Lovelace")
    assert as_marketer.get(f"/segments/{one.pk}/why/?q=Lovelace").context["found"] == [customer]


def test_somebody_elses_customer_is_not_explained() -> None:
    seller, client = people.user(Role.SALES), Client()
    client.force_login(seller)
    other = customers.customer(city="Shanghai")
    assert client.get(f"/segments/{segment().pk}/why/?customer={other.pk}").status_code == 404
