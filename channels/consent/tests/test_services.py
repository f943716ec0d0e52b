"""Granting and withdrawing: a ledger that only grows and one current state."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from channels.consent import services
from channels.consent.models import Consent, ConsentEntry, Purpose, State
from crm.accounts.factories import user
from customers.factories import customer
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


def state_of(one: Customer) -> str:
    return Consent.objects.get(customer=one, purpose=Purpose.MARKETING, channel="email").state


def test_granting_writes_the_ledger_and_where_it_stands() -> None:
    one, colleague = customer(), user()
    entry = services.grant(
        one,
        Purpose.MARKETING,
        "email",
        source="shop",
        by=colleague,
        evidence={"form": "till 3"},
        text_version="v2",
    )
    assert (entry.by, entry.evidence, entry.text_version) == (colleague, {"form": "till 3"}, "v2")
    assert Consent.objects.get().entry == entry
    assert state_of(one) == State.GRANTED


def test_both_show_on_the_timeline() -> None:
    one = customer()
    services.grant(one, Purpose.MARKETING, "email", source="shop")
    services.withdraw(one, Purpose.MARKETING, "email", source="phone")
    assert set(Entry.objects.values_list("kind", flat=True)) == {"consent.granted", "consent.withdrawn"}


def test_a_withdrawal_wins_at_once() -> None:
    one = customer()
    services.grant(one, Purpose.MARKETING, "email", source="shop")
    services.withdraw(one, Purpose.MARKETING, "email", source="phone")
    assert state_of(one) == State.WITHDRAWN
    assert ConsentEntry.objects.count() == 2


def test_news_of_an_older_grant_changes_nothing_now() -> None:
    one, now = customer(), timezone.now()
    services.withdraw(one, Purpose.MARKETING, "email", source="phone", at=now)
    services.grant(one, Purpose.MARKETING, "email", source="import", at=now - timedelta(days=1))
    assert state_of(one) == State.WITHDRAWN
    assert ConsentEntry.objects.count() == 2


def test_of_two_at_the_same_moment_the_no_wins() -> None:
    for order in ((services.grant, services.withdraw), (services.withdraw, services.grant)):
        one, now = customer(), timezone.now()
        for act in order:
            act(one, Purpose.MARKETING, "email", source="import", at=now)
        assert state_of(one) == State.WITHDRAWN


def test_a_grant_from_the_future_does_not_outlast_a_no() -> None:
    one = customer()
    services.grant(one, Purpose.MARKETING, "email", source="import", at=timezone.now() + timedelta(days=900))
    services.withdraw(one, Purpose.MARKETING, "email", source="phone")
    assert state_of(one) == State.WITHDRAWN


def test_the_ledger_is_never_changed() -> None:
    entry = services.grant(customer(), Purpose.MARKETING, "email", source="shop")
    with pytest.raises(InternalError), transaction.atomic():
        ConsentEntry.objects.filter(pk=entry.pk).update(state=State.WITHDRAWN)
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM consent_consententry")


def test_consent_has_one_state() -> None:
    entry = services.grant(customer(), Purpose.MARKETING, "email", source="shop")
    again = Consent(
        customer=entry.customer,
        purpose=entry.purpose,
        channel="email",
        state=entry.state,
        entry=entry,
        at=entry.at,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


@pytest.mark.slow
class TestAnyOrder(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=8))
    def test_the_latest_word_counts_in_whatever_order_it_arrives(self, said: list[tuple[bool, int]]) -> None:
        one, start = customer(), timezone.now() - timedelta(days=1)
        for granted, minute in said:
            act = services.grant if granted else services.withdraw
            act(one, Purpose.MARKETING, "email", source="import", at=start + timedelta(minutes=minute))
        latest = max(minute for _, minute in said)
        refused = any(not granted for granted, minute in said if minute == latest)
        assert state_of(one) == (State.WITHDRAWN if refused else State.GRANTED)
