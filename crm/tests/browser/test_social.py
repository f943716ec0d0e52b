"""A post is moved to another day of the calendar by mouse and by keys, and goes back where it may not go."""

from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from channels.social.models import SocialPost
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import settle

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_post_is_moved_in_the_calendar(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    marketer, day = people.user(Role.MARKETING), date(date.today().year + 1, 3, 10)
    at = timezone.make_aware(datetime(day.year, 3, 10, 16, 30))
    post = SocialPost.objects.create(text="First flush", at=at, created_by=marketer)
    client = Client()
    client.force_login(marketer)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(f"{live_server.url}{reverse('social:calendar')}?on={day}")
    settle(page)

    link = page.get_by_role("link", name="First flush")
    link.drag_to(page.locator(cell(day + timedelta(days=2))))
    expect_on(page, day + timedelta(days=2))
    expect(page.locator("#live")).to_contain_text("Moved to March 12")
    assert page.url.endswith(f"?on={day}")
    link.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect_on(page, day + timedelta(days=9))
    expect(link).to_be_focused()

    SocialPost.objects.update(state="published")
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.get_by_text("can no longer be moved")).to_be_visible()
    expect(page.locator(cell(day + timedelta(days=9)))).to_contain_text("First flush")
    expect(page.locator("#live")).to_have_text("It stays where it is.")
    expect(link).to_be_focused()
    post.refresh_from_db()
    assert post.at == at + timedelta(days=9)


def cell(day: date) -> str:
    return f'[data-drop="{day}"]'


def expect_on(page: Page, day: date) -> None:
    expect(page.locator(cell(day))).to_contain_text("First flush")
    settle(page)
    at = timezone.localtime(SocialPost.objects.get().at)
    assert (at.date(), at.hour, at.minute) == (day, 16, 30)
