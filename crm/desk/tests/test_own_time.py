"""Everybody reads and writes times in their own time zone."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.tasks import feeds
from customers.tasks.models import Task

pytestmark = pytest.mark.django_db
# In Shanghai it is already the next day.
EVENING = datetime(2030, 3, 1, 20, 30, tzinfo=UTC)


@pytest.fixture
def user() -> User:
    return people.user(Role.SERVICE)


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def task(user: User) -> Task:
    return Task.objects.create(
        title="Call", assignee=user, due_on=EVENING.date(), due_at=EVENING, created_by=user
    )


def calendar(page: Client) -> str:
    return page.get(reverse("tasks:calendar"), {"on": "2030-03-01", "span": "week"}).content.decode()


def test_times_are_shown_in_it(page: Client, user: User) -> None:
    task(user)
    assert "<time>04:30</time>" in calendar(page)
    page.post(reverse("desk:own-time"), {"time_zone": "America/New_York"})
    assert "<time>15:30</time>" in calendar(page)
    page.post(reverse("desk:own-time"), {"time_zone": ""})
    assert "<time>04:30</time>" in calendar(page)


def test_it_ends_with_the_request(page: Client) -> None:
    before = timezone.get_current_timezone_name()
    page.post(reverse("desk:own-time"), {"time_zone": "America/New_York"})
    page.get(reverse("desk:own-time"))
    assert timezone.get_current_timezone_name() == before


def test_only_places_are_taken(page: Client, user: User) -> None:
    for wrong in ("Mars/Phobos", "../etc/passwd", "Etc/GMT+14", "x" * 400):
        assert page.post(reverse("desk:own-time"), {"time_zone": wrong}).status_code == 422
    user.refresh_from_db()
    assert user.time_zone == ""


def test_a_zone_that_is_known_no_more_locks_nobody_out(page: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(time_zone="Old/Town")
    assert page.get(reverse("desk:own-time")).status_code == 200


def test_calendar_programs_are_told(user: User) -> None:
    user.time_zone = "America/New_York"
    assert "X-WR-TIMEZONE:America/New_York" in feeds.calendar(user)
