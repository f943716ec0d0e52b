"""Joining by itself: behind the gate only, and never against somebody's word."""

from collections.abc import Mapping
from typing import Any

import pytest

from crm.accounts.models import User
from customers import factories
from customers.duplicates import automatic
from customers.identity.models import Profile
from customers.matching import queue
from customers.matching.models import Pair, Record, Settings
from customers.merging import services as merging
from customers.merging.models import Merge
from customers.models import Customer

pytestmark = pytest.mark.django_db
NEAR = [
    {"field": "name", "level": "near_given_name", "bits": 9.7, "rarity": 0.0},
    {"field": "phone", "level": "same_phone", "bits": 20.0, "rarity": 0.0},
]


@pytest.fixture(autouse=True)
def settings_row() -> Settings:
    return Settings.objects.create(gate=Settings.Gate.SURE)


def record(customer: Customer, **said: str) -> None:
    profile = Profile.objects.create(customer=customer, source="shop", source_key=f"{customer.pk}")
    Record.objects.create(profile=profile, customer=customer, **said)


def known(**said: str) -> Customer:
    customer = factories.customer()
    record(customer, **{"name_key": "ming wang", "family": "wang", "given": "ming", **said})
    return customer


def decide(*pairs: Pair) -> list[str]:
    queue.decide(pairs)
    return [Pair.objects.get(pk=one.pk).state for one in pairs]


def test_a_sure_pair_becomes_one_and_says_by_which_rule() -> None:
    pair = factories.pair(known(), known())
    assert decide(pair) == ["joined"]
    merge = Merge.objects.get()
    assert (merge.cause, merge.gate, merge.bits, merge.by) == (Merge.Cause.RULE, "sure", 10.0, None)


@pytest.mark.parametrize(
    "given", [{"bits": 6.9}, {"is_vetoed": True}, {"reasons": NEAR, "is_sure": False}], ids=str
)
def test_what_does_not_pass_waits_for_people(given: Mapping[str, Any]) -> None:
    assert decide(factories.pair(known(), known(), **given)) == ["open"]


def test_a_likely_pair_passes_when_the_settings_say_so(settings_row: Settings) -> None:
    pair = factories.pair(known(), known(), reasons=NEAR, is_sure=False)
    settings_row.gate = Settings.Gate.LIKELY
    settings_row.save()
    assert decide(pair) == ["joined"]


def test_without_a_gate_nobody_is_joined(settings_row: Settings) -> None:
    settings_row.gate = Settings.Gate.NONE
    settings_row.save()
    assert decide(factories.pair(known(), known())) == ["open"]


def test_the_rest_of_the_two_must_not_contradict() -> None:
    one, other, third = known(born="1990-05-06"), known(), known(born="1971-02-03")
    assert decide(factories.pair(one, other), factories.pair(other, third, bits=9.0)) == ["joined", "open"]


def test_nobody_grows_beyond_the_guard_rail(settings_row: Settings) -> None:
    settings_row.largest = 2
    settings_row.save()
    one, other, third = known(), known(), known()
    assert decide(factories.pair(one, other), factories.pair(other, third, bits=9.0)) == ["joined", "open"]


def test_whom_somebody_kept_apart_or_took_apart_stays_two(operator: User) -> None:
    one, other, third = known(), known(), known()
    pair = factories.pair(one, other)
    merging.keep_apart(one, other, by=operator)
    Pair.objects.update(state="open", decided_by=None, decided_at=None)
    assert decide(Pair.objects.get(pk=pair.pk)) == ["open"]
    taken = factories.pair(one, third)
    assert decide(taken) == ["joined"]
    merging.undo(Merge.objects.get(), by=operator)
    Pair.objects.update(state="open", decided_by=None, decided_at=None)
    assert decide(Pair.objects.get(pk=taken.pk)) == ["open"]


def test_chains_join_whoever_they_have_become() -> None:
    one, other, third = known(), known(), known()
    pairs = factories.pair(other, third, bits=12.0), factories.pair(one, third, bits=11.0)
    assert decide(*pairs) == ["joined", "joined"]
    assert Customer.objects.present().get() == one


def test_a_run_is_told_who_is_never_one(operator: User) -> None:
    one, other = known(), known()
    merging.keep_apart(one, other, by=operator)
    assert automatic.apart() == [(one.pk, other.pk)]
