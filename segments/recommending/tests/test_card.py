"""The page on recommendations, and what colleagues note on the customer's page."""

import pytest
from django.test import Client
from django.urls import reverse

from customers import factories as customers
from customers.merging import services as merging
from segments.recommending import services
from segments.recommending.models import Exclusion, Learning, Method, OptOut, Rejection
from segments.recommending.tests import shop

pytestmark = pytest.mark.django_db

OUTCOMES = [
    {"method": one, "recall_new": recall, "hits_new": 0.4, "recall_all": 0.1, "coverage": 0.3}
    for one, recall in ((Method.POPULARITY, 0.02), (Method.LLR, 0.05))
]


def card(client: Client) -> str:
    return client.get(reverse("recommending:card")).content.decode()


def test_the_method_stands_beside_best_sellers(as_marketer: Client) -> None:
    report = {"tested": 1835, "days": 60, "outcomes": OUTCOMES}
    Learning.objects.create(status="done", method=Method.LLR, report=report)
    page = card(as_marketer)
    assert "2.5 × best-sellers" in page
    assert "5.00 %" in page or "5.00%" in page
    assert "1,835 customers" in page


def test_before_the_first_learning_the_page_says_so(as_marketer: Client) -> None:
    assert "Nothing is learnt yet" in card(as_marketer)


def test_learning_is_started_once(as_marketer: Client) -> None:
    for _ in range(2):
        as_marketer.post(reverse("recommending:learnings"))
    assert Learning.objects.unfinished().count() == 1
    newest = Learning.objects.get()
    part = as_marketer.get(reverse("recommending:learning", args=[newest.pk]), headers={"HX-Request": "true"})
    assert b"every 1s" in part.content


@pytest.mark.parametrize("text", ["Cup", "Kitchen"])
def test_a_product_or_category_is_left_out_and_let_in(text: str, as_marketer: Client) -> None:
    shop.article("Cup", category="Kitchen")
    as_marketer.post(reverse("recommending:exclusions"), {"what": text})
    left_out = Exclusion.objects.get()
    assert text in (left_out.category, left_out.product and left_out.product.name)
    assert text in card(as_marketer)
    as_marketer.post(reverse("recommending:exclusion-removal", args=[left_out.pk]))
    assert not Exclusion.objects.exists()


def test_what_is_not_sold_cannot_be_left_out(as_marketer: Client) -> None:
    answer = as_marketer.post(reverse("recommending:exclusions"), {"what": "Moon"})
    assert answer.status_code == 422
    assert b"There is no product or category" in answer.content


def test_the_company_switches_personal_ones_off(as_marketer: Client) -> None:
    as_marketer.post(reverse("recommending:setting"))
    assert not services.is_personal()
    assert "switched off" in card(as_marketer)
    as_marketer.post(reverse("recommending:setting"), {"personal": "yes"})
    assert services.is_personal()


def test_a_seller_notes_what_their_customer_wants(as_seller: Client, seller: object) -> None:
    customer, cup = customers.customer(owner=seller), shop.article("Cup")
    shop.sells(cup)
    Learning.objects.create(status="done", method=Method.POPULARITY)
    rejections = reverse("recommending:rejections", args=[customer.pk])
    for _ in range(2):
        as_seller.post(rejections, {"product": cup.pk})
    assert Rejection.objects.get().product == cup
    page = as_seller.post(rejections, {"product": cup.pk, "again": "1"}, follow=True).content.decode()
    assert not Rejection.objects.exists()
    assert "<b>Cup</b>" in page
    wish = reverse("recommending:wish", args=[customer.pk])
    page = as_seller.post(wish, follow=True).content.decode()
    assert "Wants no personal recommendations" in page
    as_seller.post(wish, {"personal": "yes"})
    assert not OptOut.objects.exists()
    assert as_seller.post(rejections, {"product": "x"}).status_code == 404


def test_a_wish_for_none_survives_a_merge_and_its_undo() -> None:
    survivor, absorbed = customers.customer(), customers.customer()
    services.choose(absorbed, personal=False, by=None)
    (merge,) = merging.merge(survivor, [absorbed], by=None)
    assert not services.is_personal_for(survivor)
    merging.undo(merge, by=None)
    assert services.is_personal_for(survivor)
    assert not services.is_personal_for(absorbed)
