"""Whoever buys like the members of a segment is found, and nobody who is in it already."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts.models import User
from customers.models import Customer
from segments import factories
from segments.grouping import running
from segments.grouping.models import Lookalike
from segments.grouping.tests import crowd
from segments.models import Membership, Segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def half(marketer: User) -> tuple[Segment, list[Customer]]:
    """A segment of half of those who drink coffee, and the other half."""
    drinkers, _readers = crowd.meet(60)
    segment = factories.segment(name="Drinkers", created_by=marketer)
    Membership.objects.bulk_create(Membership(segment=segment, customer=one) for one in drinkers[::2])
    return segment, drinkers[1::2]


def ask(client: Client, segment: Segment, **fields: Any) -> Lookalike:
    given = {"name": "More of them", "wanted": 25, **fields}
    answer = client.post(reverse("grouping:lookalikes", args=[segment.pk]), given)
    assert answer.status_code == 302, answer.content.decode()
    asked = Lookalike.objects.latest("pk")
    running.find(asked.pk)
    asked.refresh_from_db()
    return asked


def test_the_others_who_buy_so_are_found(as_marketer: Client, half: tuple[Segment, list[Customer]]) -> None:
    segment, others = half
    asked = ask(as_marketer, segment)
    assert asked.status == "done"
    assert asked.found
    picked = set(asked.found.picks.values_list("customer", flat=True))
    assert len(picked) == 25
    assert picked <= {one.pk for one in others}
    # Half of those who buy so are not members: they cannot be told from the members.
    assert 0.6 < asked.report["auc"] <= 1
    page = as_marketer.get(reverse("grouping:lookalike", args=[asked.pk])).content.decode()
    assert "25 customers most like" in page
    assert reverse("segments:detail", args=[asked.found.pk]) in page


def test_done_once_however_often_it_is_woken(
    as_marketer: Client, half: tuple[Segment, list[Customer]]
) -> None:
    asked = ask(as_marketer, half[0])
    running.find(asked.pk)
    running.sweep()
    assert Segment.objects.filter(name="More of them").count() == 1


def test_too_few_members_are_said_to_be_too_few(as_marketer: Client, marketer: User) -> None:
    crowd.meet(25)
    asked = ask(as_marketer, factories.segment(created_by=marketer))
    assert asked.found is None
    page = as_marketer.get(reverse("grouping:lookalike", args=[asked.pk])).content.decode()
    assert "too few members" in page


def test_a_name_that_is_taken_and_a_silly_number_are_refused(
    as_marketer: Client, half: tuple[Segment, list[Customer]]
) -> None:
    address = reverse("grouping:lookalikes", args=[half[0].pk])
    for fields in ({"name": "Drinkers", "wanted": 50}, {"name": "New", "wanted": 0}):
        assert as_marketer.post(address, fields).status_code == 422
    assert not Lookalike.objects.exists()
