"""Possible duplicates where people meet the customer, and on the first page of the day."""

import pytest
from django.test import Client
from django.urls import reverse

from customers.matching.models import Pair

pytestmark = pytest.mark.django_db


def test_the_customers_page_names_who_may_be_the_same(office: Client, twins: Pair) -> None:
    page = office.get(reverse("customers:detail", args=[twins.low_id])).content.decode()
    assert reverse("duplicates:review", args=[twins.pk]) in page
    panel = reverse("customers:panel", args=[twins.low_id, "duplicates"])
    assert "王晓明" in office.get(panel).content.decode()


def test_home_says_how_many_wait(office: Client, twins: Pair) -> None:
    home = office.get(reverse("desk:home")).content.decode()
    assert "pairs to decide" in home
    Pair.objects.update(state="apart", decided_at="2026-01-01T00:00Z")
    assert "pairs to decide" not in office.get(reverse("desk:home")).content.decode()
