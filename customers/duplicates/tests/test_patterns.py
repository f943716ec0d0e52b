"""One answer for all pairs that agree and differ in the same things, and taking all of it back."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.accounts.models import User
from customers import factories
from customers.duplicates import batching, patterns, services
from customers.duplicates.models import Batch
from customers.matching.models import Pair
from customers.merging.models import Merge
from customers.models import Customer

pytestmark = pytest.mark.django_db
OTHER = [{"field": "name", "level": "other_name", "bits": -5.0, "rarity": 0.0}]


def three() -> list[Pair]:
    """Two pairs share a customer."""
    one, other, third = (factories.customer(name="Ann Lee") for _place in range(3))
    apart = factories.pair(factories.customer(), factories.customer(), bits=4.0)
    return [factories.pair(one, other, bits=9.0), factories.pair(other, third, bits=8.0), apart]


def decide(client: Client, pair: Pair, verdict: str) -> Batch:
    address = reverse("duplicates:decisions", args=[patterns.key_of(pair)])
    assert client.post(address, {"verdict": verdict}).status_code == 302
    return Batch.objects.latest("pk")


def test_pairs_are_grouped_by_what_was_found(office: Client) -> None:
    found = three()
    factories.pair(factories.customer(), factories.customer(), reasons=OTHER, is_vetoed=True, is_sure=False)
    with CaptureQueriesContext(connection) as queries:
        answer = office.get(reverse("duplicates:patterns"))
    assert len(queries) <= 12
    assert [one.pairs for one in answer.context["patterns"]] == [3, 1]
    page = office.get(reverse("duplicates:pattern", args=[patterns.key_of(found[0])])).content.decode()
    assert "3 pairs" in page
    assert office.get(reverse("duplicates:pattern", args=["nothing"])).status_code == 404


def test_all_are_joined_and_all_are_taken_apart_again(office: Client) -> None:
    found = three()
    batch = decide(office, found[0], "join")
    assert (batch.status, batch.decided, batch.left_out) == ("done", 3, 0)
    assert Customer.objects.present().count() == 2
    assert not Pair.objects.open().exists()
    assert office.get(reverse("duplicates:batch", args=[batch.pk])).status_code == 200
    office.post(reverse("duplicates:batch-undoing", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.status, batch.undone) == ("undone", 3)
    assert Customer.objects.present().count() == 5
    assert Pair.objects.open().count() == 3
    assert not Merge.objects.standing().exists()


def test_all_are_kept_apart_and_that_is_taken_back(office: Client) -> None:
    found = three()
    batch = decide(office, found[0], "apart")
    assert Pair.objects.filter(state="apart").count() == 3
    office.post(reverse("duplicates:batch-undoing", args=[batch.pk]))
    assert Pair.objects.open().count() == 3


def test_what_somebody_decided_meanwhile_is_left_out(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    found = three()
    monkeypatch.setattr(services, "AT_ONCE", 0)
    batch = services.decide_all(Pair.objects.all(), "apart", by=operator)
    Pair.objects.filter(pk=found[0].pk).update(state="apart", decided_at="2026-01-01T00:00Z")
    batching.run(batch.pk)
    batch.refresh_from_db()
    assert (batch.decided, batch.left_out) == (2, 1)


def test_contradicted_pairs_are_joined_one_by_one_only(office: Client) -> None:
    pair = factories.pair(factories.customer(), factories.customer(), reasons=OTHER, is_vetoed=True)
    page = office.get(reverse("duplicates:pattern", args=[patterns.key_of(pair)])).content.decode()
    assert 'value="join"' not in page
    batch = decide(office, pair, "join")
    assert (batch.decided, batch.left_out) == (0, 1)


def test_an_answer_that_is_none_is_refused(office: Client) -> None:
    key = patterns.key_of(three()[0])
    assert office.post(reverse("duplicates:decisions", args=[key]), {"verdict": "maybe"}).status_code == 400
