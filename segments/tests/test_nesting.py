"""Segments that build on others."""

from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.lib.errors import Refused
from customers import factories as customers
from customers.models import Customer
from segments import membership, services, tasks
from segments.factories import segment
from segments.models import MEMBER, Membership, Segment
from segments.rules import InvalidRule

pytestmark = pytest.mark.django_db


def within(*of: Segment, match: str = "all") -> dict[str, Any]:
    return {"match": match, "rules": [{"fact": MEMBER, "op": "any_of", "value": [one.pk for one in of]}]}


def in_city(city: str) -> dict[str, Any]:
    return {"match": "all", "rules": [{"fact": "profile.city", "op": "any_of", "value": [city]}]}


def members(of: Segment) -> set[int]:
    return set(Membership.objects.filter(segment=of).values_list("customer", flat=True))


def test_sets_follow_from_all_any_and_none() -> None:
    inside, outside = customers.customer(city="Shanghai"), customers.customer(city="Beijing")
    base = segment(rule=in_city("Shanghai"))
    same, others = segment(rule=within(base)), segment(rule=within(base, match="none"))
    tasks.sweep()
    assert (members(same), members(others)) == ({inside.pk}, {outside.pk})


def test_who_builds_on_a_segment_follows_it_at_once() -> None:
    base = segment(rule=in_city("Shanghai"))
    middle = segment(rule=within(base))
    top = segment(rule=within(middle))
    tasks.sweep()
    came = customers.customer(city="Shanghai")
    membership.refresh(base.pk)
    assert members(top) == {came.pk}
    Customer.objects.filter(pk=came.pk).update(city="Beijing")
    membership.refresh(base.pk)
    assert members(top) == members(middle) == set()


def test_a_segment_cannot_be_a_part_of_itself() -> None:
    base = segment(name="Base")
    middle = segment(rule=within(base))
    with pytest.raises(InvalidRule) as refused:
        services.save(base, within(middle), by=people.user())
    assert refused.value.problems.keys() == {(0,)}
    with pytest.raises(InvalidRule):
        services.save(base, within(base), by=people.user())


def test_the_form_says_which_condition_makes_a_circle(as_marketer: Client) -> None:
    base = segment(name="Base")
    middle = segment(name="Middle", rule=within(base))
    rule = {"match": "all", "fact.0": MEMBER, "op.0": "any_of", "value.0": [middle.pk]}
    page = as_marketer.post(
        f"/segments/{base.pk}/edit/", {"name": "Base", **rule}, headers={"accept-language": "en"}
    )
    assert page.status_code == 422
    assert "“Middle” builds on this segment" in page.content.decode()


def test_a_segment_on_which_another_builds_stays() -> None:
    base = segment()
    segment(rule=within(base))
    with pytest.raises(Refused):
        services.delete(base, by=people.user())
    assert Segment.objects.filter(pk=base.pk).exists()
