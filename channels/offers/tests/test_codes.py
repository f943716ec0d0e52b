"""Codes are many, different, and tell when somebody mistypes one."""

import random

import pytest
from django.utils import translation

from channels.offers import codes, giving, services
from channels.offers.factories import offer
from channels.offers.models import Coupon
from crm.lib.errors import Refused
from customers.factories import customer
from segments.factories import segment

pytestmark = pytest.mark.django_db


def test_codes_are_made_in_bulk_without_look_alikes_and_checked() -> None:
    made = offer(number=3000)
    assert made.codes_made == 3000
    drawn = list(made.coupons.values_list("code", flat=True))
    assert len(set(drawn)) == 3000
    assert all(codes.is_drawn(code) for code in drawn)
    assert not set("".join(drawn)) & set("01OIL")
    codes.make_waiting(made.pk)
    assert made.coupons.count() == 3000


def test_a_wrong_letter_or_a_swapped_pair_is_noticed() -> None:
    dice = random.Random(7)
    for _turn in range(300):
        letters = "".join(dice.choices(codes.ALPHABET, k=codes.LENGTH - 1))
        code = letters + codes.check_of(letters)
        place = dice.randrange(codes.LENGTH - 2)
        other = dice.choice([one for one in codes.ALPHABET if one != code[place]])
        assert not codes.is_drawn(code[:place] + other + code[place + 1 :])
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert swapped == code or not codes.is_drawn(swapped)
        assert codes.normal(f" {codes.shown(code).lower()} ") == code


def test_a_message_gives_one_code_each_and_the_same_again() -> None:
    made, people = offer(number=3), [customer().pk for _ in range(4)]
    first = giving.give(made.pk, people[:3])
    assert len({one.code for one in first.values()}) == 3
    assert giving.give(made.pk, people[:3]) == first
    assert giving.give(made.pk, people[3:]) == {people[3]: giving.Given(reason=giving.NONE_LEFT)}
    Coupon.objects.filter(customer=people[0]).update(used_at="2026-01-01T00:00Z")
    assert giving.give(made.pk, people[:1])[people[0]].reason == giving.USED
    services.stop(made, by=made.created_by)
    assert giving.give(made.pk, people[1:2])[people[1]].reason == giving.NOT_OPEN


def test_an_exclusive_offer_is_only_for_its_segment() -> None:
    inside, outside = customer(city="Shanghai"), customer(city="Beijing")
    made = offer(segment=segment())
    given = giving.give(made.pk, [inside.pk, outside.pk])
    assert given[inside.pk].code
    assert given[outside.pk].reason == giving.NOT_MEANT


def test_everybody_gets_the_shared_code_and_no_other_offer_has_it() -> None:
    made, one = offer(word="WELCOME10"), customer()
    assert giving.give(made.pk, [one.pk])[one.pk].code == "WELCOME10"
    with translation.override("en"), pytest.raises(Refused, match="another offer"):
        offer(word="WELCOME10")
