"""Saying that two are not the same, and taking that back."""

import pytest
from django.test import Client
from django.urls import reverse

from customers import factories
from customers.matching.models import Pair
from customers.merging.models import Apart

pytestmark = pytest.mark.django_db


def test_they_are_kept_apart_and_the_next_pair_follows(office: Client, twins: Pair) -> None:
    following = factories.pair(factories.customer(), factories.customer(), bits=1.0)
    answer = office.post(reverse("duplicates:refusal", args=[twins.pk]))
    assert answer.headers["Location"] == reverse("duplicates:review", args=[following.pk])
    twins.refresh_from_db()
    assert twins.state == Pair.State.APART
    assert Apart.objects.count() == 1


def test_two_colleagues_cannot_both_decide(office: Client, twins: Pair) -> None:
    office.post(reverse("duplicates:refusal", args=[twins.pk]))
    assert office.post(reverse("duplicates:refusal", args=[twins.pk])).status_code == 409


def test_undo_asks_again(office: Client, twins: Pair) -> None:
    office.post(reverse("duplicates:refusal", args=[twins.pk]))
    decided = office.get(reverse("duplicates:decided")).content.decode()
    assert reverse("duplicates:reopening", args=[twins.pk]) in decided
    office.post(reverse("duplicates:reopening", args=[twins.pk]))
    twins.refresh_from_db()
    assert twins.state == Pair.State.OPEN
    assert not Apart.objects.exists()
    assert office.post(reverse("duplicates:reopening", args=[twins.pk])).status_code == 409
