"""How entries are shown."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from customers import factories
from customers.timeline import kinds
from customers.timeline.reading import day_name, event

pytestmark = pytest.mark.django_db


def test_a_known_kind_is_headed_by_its_name_in_the_reader_s_language() -> None:
    entry = factories.entry(factories.customer(), kind="call", summary="6 min", body="Sent a quote")

    with translation.override("en"):
        shown = event(entry)
        assert (str(shown.title), shown.detail, shown.text) == ("Phone call", "6 min", "Sent a quote")


def test_a_long_summary_stands_below() -> None:
    shown = event(factories.entry(factories.customer(), kind="call", summary="x" * 50, body="more"))

    assert shown.detail == ""
    assert shown.text == "x" * 50 + "\nmore"


def test_an_unknown_kind_is_headed_by_its_summary() -> None:
    shown = event(factories.entry(factories.customer(), kind="moon.landing", summary="Landed"))

    assert (shown.title, shown.text) == ("Landed", "")


def test_a_kind_without_a_name_takes_its_family_s() -> None:
    assert kinds.of("order.weighed") == kinds.of("order")


def test_talk_is_a_bubble() -> None:
    made = factories.customer()
    said = factories.entry(made, kind="message", channel="wechat", direction="in", summary="", body="Hello")
    system = factories.entry(made, kind="message", channel="wechat", direction="none", summary="Joined")

    assert event(said).is_bubble
    assert not event(system).is_bubble


def test_changes_name_their_fields_and_choices() -> None:
    changes = {"kind": ["person", "organisation"], "city": ["", "上海"]}
    entry = factories.entry(factories.customer(), kind="customer.changed", data={"changes": changes})

    with translation.override("en"):
        assert list(event(entry).changes) == [("Kind", "Person", "Organisation"), ("City", "", "上海")]


def test_days_near_now_have_names() -> None:
    today = timezone.localdate()

    with translation.override("en"):
        assert day_name(today) == "Today"
        assert day_name(today - timedelta(days=1)) == "Yesterday"
        assert str((today - timedelta(days=2)).year) in day_name(today - timedelta(days=2))
