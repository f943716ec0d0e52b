"""Coupons at a till: answers in words, and a stop for whoever guesses."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.offers import guessing
from channels.offers.factories import offer
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller
from customers.factories import customer

pytestmark = pytest.mark.django_db
BASKET = {"amount": "200.00", "lines": [{"sku": "A", "quantity": 2, "amount": "200.00"}]}


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Caller:
    cache.clear()
    monkeypatch.setattr(guessing, "WINDOW", 10**7)
    return Caller(people.user(Role.OPERATIONS), "coupons:read", "coupons:write")


def test_a_till_checks_redeems_and_takes_back(till: Caller) -> None:
    offer(name="Autumn", word="AUTUMN", most_each=1)
    one = customer()
    asked = {"code": "autumn", "basket": BASKET, "customer": {"id": one.pk}}
    checked = till.post("coupons/check", asked).data
    assert (checked["good"], checked["discount"], checked["words"]) == (True, "20.00", "10 % off")
    said = {**asked, "source": "till", "number": "R-1", "key": "r1"}
    made = till.post("coupons/redemptions", said)
    assert (made.status, made.data["discount"], made.data["taken_back_at"]) == (201, "20.00", None)
    assert till.post("coupons/redemptions", said).data["id"] == made.data["id"]

    again = till.post("coupons/redemptions", {**said, "number": "R-2", "key": "r2"})
    assert (again.status, again.data["type"]) == (409, "urn:crm:problem:coupon_enough")
    assert again.data["detail"] == "This customer has used this offer as often as allowed."
    no = till.post("coupons/check", asked).data
    assert (no["good"], no["reason"]) == (False, "enough")
    assert till.delete(f"coupons/redemptions/{made.data['id']}").data["taken_back_at"]
    assert till.post("coupons/check", asked).data["good"]


def test_whoever_guesses_has_to_wait_even_with_a_right_guess(till: Caller) -> None:
    offer(word="AUTUMN")
    for _guess in range(guessing.MOST):
        wrong = till.post("coupons/check", {"code": "WINTER", "basket": BASKET})
        assert wrong.data["words"] == "There is no such code. Please look for a mistyped character."
    right = till.post("coupons/check", {"code": "AUTUMN", "basket": BASKET})
    assert (right.status, right.data["type"]) == (429, "urn:crm:problem:too_many_wrong_codes")


def test_codes_used_together_are_looked_up_at_once(till: Caller) -> None:
    for word in ("AUTUMN", "SCARF", "HATS", "GLOVE"):
        offer(name=word.title(), word=word, is_stackable=True)
    asked = {"code": "AUTUMN", "basket": BASKET}
    till.post("coupons/check", asked)  # what is noted of a token once is noted here
    with CaptureQueriesContext(connection) as few:
        assert till.post("coupons/check", {**asked, "others": ["scarf"]}).data["good"]
    with CaptureQueriesContext(connection) as many:
        assert till.post("coupons/check", {**asked, "others": ["hats", "scarf", "glove"]}).data["good"]
    assert len(many) == len(few)
    assert till.post("coupons/check", {**asked, "others": ["hats", "autumn"]}).data["reason"] == "twice"
    assert till.post("coupons/check", {**asked, "others": ["hats", "none"]}).data["reason"] == "unknown"


def test_a_token_without_the_scope_redeems_nothing() -> None:
    reader = Caller(people.user(Role.OPERATIONS), "coupons:read")
    said = {"code": "A", "basket": BASKET, "source": "till", "number": "1", "key": "1"}
    assert reader.post("coupons/redemptions", said).status == 403
