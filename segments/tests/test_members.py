"""Who is in a segment."""

import pytest
from django.utils import timezone

from customers import factories as customers
from segments import services
from segments.factories import segment
from segments.rules import InvalidRule

pytestmark = pytest.mark.django_db


def test_members_are_those_to_whom_the_rule_applies() -> None:
    here = customers.customer(city="Shanghai")
    customers.customer(city="Beijing")
    assert list(services.members(segment())) == [here]


def test_deleted_customers_are_never_members() -> None:
    customers.customer(city="Shanghai", deleted_at=timezone.now())
    assert not services.members(segment()).exists()


def test_a_segment_without_a_rule_has_no_members_but_says_so() -> None:
    with pytest.raises(InvalidRule):
        services.members(segment(rule={}))
