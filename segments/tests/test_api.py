"""Segments as programs read them."""

import pytest

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller
from customers import factories as customers
from segments import factories
from segments.models import Membership

pytestmark = pytest.mark.django_db


def test_a_program_reads_the_members_its_account_may_see() -> None:
    seller = people.user(Role.MANAGER, teams=(people.team(),))
    segment = factories.segment()
    mine, other = customers.customer(owner=seller), customers.customer()
    for customer in (mine, other):
        Membership.objects.create(segment=segment, customer=customer)
    api = Caller(seller)

    assert [one["id"] for one in api.get("segments").data["items"]] == [segment.pk]
    members = api.get(f"segments/{segment.pk}/members").data
    assert [one["customer"] for one in members["items"]] == [mine.pk]
    assert members["next"] is None
    assert api.get(f"segments/{segment.pk + 1}/members").status == 404
