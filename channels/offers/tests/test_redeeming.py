"""A code is redeemed once and for what was promised."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from channels.offers import giving, judging, redeeming, services
from channels.offers.factories import offer
from channels.offers.judging import Basket, Line, NotGood
from channels.offers.models import Coupon, Offer, Redemption
from channels.offers.redeeming import Purchase
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.factories import customer
from customers.merging import services as merging
from customers.models import Customer
from customers.orders.models import Product
from customers.timeline.models import Entry
from segments.factories import segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return people.user(Role.OPERATIONS)


@pytest.fixture(autouse=True)
def _in_english() -> None:
    translation.activate("en")


def code_of(made: Offer, one: Customer) -> str:
    return giving.give(made.pk, [one.pk])[one.pk].code


def sums(made: Offer) -> list[float]:
    made.refresh_from_db()
    return [made.uses, float(made.revenue), float(made.cost)]


def order(number: str, amount: int = 100, **fields: object) -> Purchase:
    given = {"key": f"key {number}", "basket": Basket(Decimal(amount)), **fields}
    return Purchase("till", number, **given)  # type: ignore[arg-type]


def why_not(code: str, basket: Basket, whom: Customer | None = None) -> str:
    with pytest.raises(NotGood) as refusal:
        judging.discount(redeeming.find(code), basket, whom.pk if whom else None)
    return refusal.value.code


def test_a_redeemed_code_counts_and_is_told_and_taken_back(clerk: User) -> None:
    made, one = offer(), customer()
    code = code_of(made, one)
    done = redeeming.redeem(redeeming.find(code), order("A1", 250), by=clerk)
    assert (done.discount, done.customer_id) == (Decimal(25), one.pk)
    assert redeeming.redeem(redeeming.find(code), order("A1", 250), by=clerk).pk == done.pk
    with pytest.raises(NotGood, match="was redeemed on"):
        redeeming.redeem(redeeming.find(code), order("A2"), by=clerk)
    with pytest.raises(NotGood, match="another code or order"):
        redeeming.redeem(redeeming.find(code), order("A2", key="key A1"), by=clerk)
    assert sums(made) == [1, 250, 25]

    redeeming.take_back(done, by=clerk)
    redeeming.take_back(done, by=clerk)
    assert sums(made) == [0, 0, 0]
    redeeming.redeem(redeeming.find(code), order("A3"), by=clerk)
    kinds = Entry.objects.filter(customer=one, source="coupon").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["coupon.redeemed", "coupon.taken_back", "coupon.redeemed"]


def test_what_an_offer_takes_off_is_what_it_says() -> None:
    beans = Product.objects.create(sku="B1", name="Beans", category="Coffee", price=30)
    Product.objects.create(sku="C1", name="Cup", category="Ware", price=20)
    basket = Basket(
        Decimal(110), (Line("B1", 3, Decimal(90)), Line("C1", 1, Decimal(20))), shipping=Decimal(8)
    )

    def taken(word: str, **fields: Any) -> Decimal:
        offer(word=word, **fields)
        return judging.discount(redeeming.find(word), basket, None)

    assert taken("ALL10") == 11
    assert taken("COFFEE10", categories=["Coffee"]) == 9
    assert taken("CUPS10", skus=["C1"]) == 2
    assert taken("LESS15", gives="amount", amount=15) == 15
    assert taken("CUPS50", gives="amount", amount=50, skus=["C1"]) == 20
    assert taken("GIFT", gives="product", product=beans) == 30
    assert taken("SHIPPING", gives="shipping") == 8
    assert why_not("COFFEE10", Basket(Decimal(20))) == "articles"
    assert why_not("GIFT", Basket(Decimal(20))) == "gift"
    assert why_not("ALL10", Basket(Decimal(20), currency="USD")) == "currency"


def test_each_refusal_has_its_reason(clerk: User) -> None:
    one, other, basket = customer(city="Shanghai"), customer(city="Beijing"), Basket(Decimal(50))
    now, day = timezone.now(), timezone.timedelta(days=1)  # type: ignore[attr-defined]
    offer(word="LATER", starts_at=now + day)
    offer(word="OVER", starts_at=now - 2 * day, ends_at=now - day)
    offer(word="STOPPED", stopped_at=now)
    offer(word="BIG100", minimum=100)
    offer(word="OURS", segment=segment())
    offer(word="ONCE", most_each=1)
    last = offer(word="LAST", most_in_all=1)
    redeeming.redeem(redeeming.find("LAST"), order("1"), by=clerk)
    redeeming.redeem(redeeming.find("ONCE"), order("2", customer=one.pk), by=clerk)
    assert why_not("NOTHING", basket) == "unknown"
    assert why_not("LATER", basket) == "not_yet"
    assert why_not("OVER", basket) == "over"
    assert why_not("STOPPED", basket) == "stopped"
    assert why_not("BIG100", basket) == "minimum"
    assert [why_not("OURS", basket), why_not("OURS", basket, other)] == ["who", "not_meant"]
    assert [why_not("ONCE", basket), why_not("ONCE", basket, one)] == ["who", "enough"]
    assert judging.discount(redeeming.find("ONCE"), basket, other.pk) == 5
    assert why_not("LAST", basket) == "used_up"
    assert why_not(code_of(offer(), one), basket, other) == "of_another"
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=last.pk).update(uses=2)


def test_only_stackable_offers_go_together(clerk: User) -> None:
    for word, stackable in (("ONE1", True), ("TWO2", True), ("ALONE", False)):
        offer(word=word, is_stackable=stackable)
    redeeming.redeem(redeeming.find("ONE1"), order("7"), by=clerk)
    redeeming.redeem(redeeming.find("TWO2"), order("7", key="b"), by=clerk)
    for word, words in (("ALONE", "together"), ("ONE1", "already")):
        with pytest.raises(NotGood, match=words):
            redeeming.redeem(redeeming.find(word), order("7", key=word), by=clerk)


def test_joined_customers_keep_a_code_each_and_part_with_them(clerk: User) -> None:
    made, kept, gone = offer(), customer(), customer()
    codes = {code_of(made, kept), code_of(made, gone)}
    merge = merging.merge(kept, [gone], by=clerk)[0]
    assert Coupon.objects.filter(customer=kept).count() == 2
    assert code_of(made, kept) in codes
    for number, code in enumerate(sorted(codes)):
        redeeming.redeem(redeeming.find(code), order(f"{number}", customer=kept.pk), by=clerk)
    assert Redemption.objects.standing().count() == 2
    merging.undo(merge, by=clerk, despite=True)
    assert Coupon.objects.filter(customer=gone, is_main=True).count() == 1
    assert Coupon.objects.filter(customer=kept, is_main=True).count() == 1


def test_who_changes_an_offer_undoes_nothing_that_tills_did_meanwhile(clerk: User) -> None:
    made = offer(word="LATE1", most_in_all=5)
    opened = Offer.objects.get(pk=made.pk)
    redeeming.redeem(redeeming.find("LATE1"), order("1"), by=clerk)
    services.stop(made, by=clerk)
    opened.name = "Another name"
    services.change(opened, by=clerk)
    made.refresh_from_db()
    assert (made.name, made.uses, made.stopped_at is not None) == ("Another name", 1, True)
    opened.most_in_all = 0
    with pytest.raises(Refused, match="used 1 times already"):
        services.change(opened, by=clerk)


def test_a_key_of_one_order_redeems_nothing_for_another(clerk: User) -> None:
    for word in ("FIRST1", "OTHER1"):
        offer(word=word)
    redeeming.redeem(redeeming.find("FIRST1"), order("1", key="same"), by=clerk)
    with pytest.raises(NotGood, match="key was used"):
        redeeming.redeem(redeeming.find("OTHER1"), order("2", key="same"), by=clerk)
