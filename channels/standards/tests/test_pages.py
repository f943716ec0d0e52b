"""The pages of calendars and standards."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels.standards import china
from channels.standards.models import Calendar, OwnDay, Policy
from channels.standards.tests.talking import calendar, policy
from crm.accounts import factories as people
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db
CALENDAR = {
    "name": "Shop",
    "zone": "Europe/Berlin",
    "day_0": "09:00-12:00, 13:30-18:00",
    "day_5": "22:00-02:00",
    "china": "",
}
POLICY = {
    "name": "VIP",
    "first_reply": "30",
    "warn_at": "80",
    "tells": "managers",
    "enabled": "on",
    "if-groups": ["champion"],
    "if-priorities": ["4"],
    "if-spent": "1000",
}


@pytest.fixture
def page(db: None) -> Client:
    client = Client()
    client.force_login(people.user(Role.OPERATIONS))
    return client


def test_a_calendar_is_made_shown_and_changed(page: Client) -> None:
    assert page.post(reverse("standards:calendar-new"), CALENDAR).status_code == 302
    made = Calendar.objects.get(name="Shop")
    assert made.week[0] == [[540, 720], [810, 1080]]
    assert made.week[5] == [[1320, 1560]]
    assert page.get(reverse("standards:calendar-edit", args=[made.pk])).status_code == 200
    page.post(reverse("standards:calendar-edit", args=[made.pk]), {**CALENDAR, "day_0": "10:00-11:00"})
    assert Calendar.objects.get(pk=made.pk).week[0] == [[600, 660]]
    assert "Shop" in page.get(reverse("standards:calendars")).content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"day_0": "nine"},
        {"day_0": "", "day_5": ""},
        {"zone": "Moon/Base"},
        {"day_0": "09:00-12:00, 11:00-12:00"},
    ],
)
def test_a_calendar_that_makes_no_sense_is_not_saved(page: Client, typed: dict[str, str]) -> None:
    assert page.post(reverse("standards:calendar-new"), {**CALENDAR, **typed}).status_code == 422


def test_the_month_shows_holidays_and_workdays_that_make_up(page: Client) -> None:
    made = calendar(china=True)
    shown = page.get(reverse("standards:calendar", args=[made.pk]), {"month": "2026-02"})
    days = {day.on: day.look for week in shown.context["weeks"] for day in week if day.look}
    assert days[date(2026, 2, 17)] == "holiday"
    assert days[date(2026, 2, 14)] == "makeup"
    assert days[date(2026, 2, 2)] == "open"
    assert days[date(2026, 2, 1)] == "closed"
    assert not shown.context["unknown_year"]


def test_a_year_that_is_not_announced_is_said_to_be_so(page: Client) -> None:
    made, year = calendar(china=True), china.last_year() + 1
    shown = page.get(reverse("standards:calendar", args=[made.pk]), {"month": f"{year}-10"})
    assert shown.context["unknown_year"] == year
    assert "alert" in shown.content.decode()
    assert page.get(reverse("standards:calendar", args=[made.pk]), {"month": "soon"}).status_code == 200


def test_a_day_of_its_own_comes_and_goes(page: Client) -> None:
    made = calendar()
    url = reverse("standards:days", args=[made.pk])
    page.post(url, {"on": "2026-12-24", "name": "Party", "spans": "09:00-12:00"})
    page.post(url, {"on": "2026-12-24", "name": "Party", "spans": ""})
    day = OwnDay.objects.get()
    assert (day.on, day.spans) == (date(2026, 12, 24), [])
    page.post(url, {"on": "someday"})
    page.post(reverse("standards:day-removal", args=[made.pk, day.pk]))
    assert not OwnDay.objects.exists()


def test_a_calendar_in_use_stays(page: Client) -> None:
    made = calendar()
    policy(calendar=made)
    page.post(reverse("standards:calendar-deletion", args=[made.pk]))
    assert Calendar.objects.filter(pk=made.pk).exists()
    Policy.objects.filter(calendar=made).delete()
    page.post(reverse("standards:calendar-deletion", args=[made.pk]))
    assert not Calendar.objects.filter(pk=made.pk).exists()


def test_a_standard_is_made_read_in_plain_words_and_deleted(page: Client) -> None:
    answer = page.post(reverse("standards:policy-new"), POLICY)
    assert answer.status_code == 302, answer.context["form"].errors
    made = Policy.objects.get(name="VIP")
    assert made.conditions == {"groups": ["champion"], "priorities": [4], "spent": 1000}
    assert "1,000" in page.get(reverse("standards:policies")).content.decode()
    assert page.get(reverse("standards:policy", args=[made.pk])).status_code == 200
    page.post(reverse("standards:policy-place", args=[made.pk]), {"place": 1})
    assert Policy.objects.order_by("position")[0] == made
    page.post(reverse("standards:policy-deletion", args=[made.pk]))
    assert not Policy.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"first_reply": ""},
        {"first_reply": "0"},
        {"first_reply": "99999999"},
        {"warn_at": "100"},
        {"tells": "person"},
        {"if-priorities": ["9"]},
        {"name": "标准 · Standard"},
    ],
)
def test_a_standard_that_makes_no_sense_is_not_saved(page: Client, typed: dict[str, Any]) -> None:
    assert page.post(reverse("standards:policy-new"), {**POLICY, **typed}).status_code == 422
    assert not Policy.objects.filter(name="VIP").exists()


def test_lists_do_not_ask_per_row(page: Client, django_assert_max_num_queries: Callable[..., Any]) -> None:
    for _turn in range(10):
        policy(calendar=calendar(), conditions={"teams": [1], "segments": [2]})
    for name in ("standards:policies", "standards:calendars"):
        with django_assert_max_num_queries(12):
            page.get(reverse(name))
