"""Whoever became part of a customer is erased with it."""

import pytest
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers import factories, retention
from customers.merging import services
from customers.models import Customer
from customers.privacy import finishing
from customers.privacy.models import Erasure, Protection

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_erasing_the_survivor_erases_everybody_in_it() -> None:
    by = people.user(Role.OPERATIONS)
    top, middle, low = [
        factories.customer(name=f"Li Ming {number}", phone=f"+861390000000{number}") for number in range(3)
    ]
    (lower,) = services.merge(middle, [low], by=by)
    services.merge(top, [middle], by=by)
    finishing.erase_without_asking(top, "request")
    assert set(Customer.objects.values_list("phone", flat=True)) == {""}
    assert not Customer.objects.filter(name__startswith="Li Ming").exists()
    assert Protection.objects.exclude(erased_at=None).count() == Erasure.objects.count() == 3
    lower.refresh_from_db()
    assert (lower.before, lower.after) == ({}, {})
    with pytest.raises(Refused):
        services.undo(lower, by=None, despite=True)


def test_the_rule_for_the_bin_passes_over_the_absorbed() -> None:
    by = people.user(Role.OPERATIONS)
    one, other = factories.customer(), factories.customer()
    services.merge(one, [other], by=by)
    kind = retention.find("deleted-customers")
    assert kind
    assert not kind.rows(timezone.now()).exists()


def test_nobody_who_is_to_be_erased_is_joined() -> None:
    by = people.user(Role.OPERATIONS)
    one, other = factories.customer(), factories.customer()
    Erasure.objects.create(customer=other, why="request")
    with pytest.raises(Refused):
        services.merge(one, [other], by=by)
