"""An article is written, approved by somebody else, found by a stranger and put into an answer."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Route, expect
from pytest_django.live_server_helper import LiveServer

from channels import factories
from channels.knowledge import factories as knowledge
from channels.knowledge.models import Article, Insertion
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import barriers, settle
from customers.factories import found

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_an_article_goes_from_a_draft_into_an_answer(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    writer, manager = people.user(Role.SERVICE), people.user(Role.OPERATIONS)
    shelf = knowledge.category()
    customer = found(name="欧阳采薇", email="a@example.com")
    asked = factories.conversation(customer, assignee=writer, language="en")
    factories.message(asked, text="Who pays for shipping when I return the mug?")

    page = open_page(Look(), live_server.url, session_of(writer))
    page.goto(live_server.url + reverse("knowledge:new"))
    page.get_by_label("Title").fill("Who pays for returns")
    page.get_by_label("Category").select_option(str(shelf.pk))
    page.get_by_label("For whom").select_option("public")
    page.locator("#id_language").select_option("en")
    page.get_by_role("button", name="Write the text").click()
    page.locator("#id_body").fill("We pay for shipping **if the goods are faulty**.")
    expect(page.locator("#text strong")).to_have_text("if the goods are faulty")
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator("#page")).to_contain_text("Waits for approval")

    boss = open_page(Look(), live_server.url, session_of(manager))
    boss.goto(live_server.url + reverse("knowledge:approvals"))
    boss.get_by_role("link", name="Who pays for returns").click()
    boss.get_by_role("button", name="Approve and publish").click()
    boss.locator(".prose strong").wait_for()

    stranger = open_page(Look(width=390), live_server.url)
    stranger.goto(live_server.url + "/help/en/")
    stranger.get_by_role("searchbox").fill("shipping")
    stranger.get_by_role("searchbox").press("Enter")
    stranger.get_by_role("link", name="Who pays for returns").click()
    assert barriers(stranger) == []
    stranger.get_by_role("button", name="Yes").click()
    expect(stranger.locator("#opinion")).to_contain_text("Thank you")

    page.goto(live_server.url + reverse("inbox:conversation", args=[asked.pk]))
    settle(page)
    page.get_by_role("button", name="Articles").click()
    expect(page.locator("#hits mark").first).to_be_visible()
    page.get_by_role("button", name="Insert the text").click()
    expect(page.locator("#reply-text")).to_have_value("We pay for shipping if the goods are faulty.")
    settle(page)
    assert Insertion.objects.get().article == Article.objects.get()


def test_a_text_typed_before_the_page_could_hear_it_is_shown_all_the_same(
    open_page: Opener, live_server: LiveServer, transactional_db: None
) -> None:
    writer = people.user(Role.SERVICE)
    article = knowledge.published(owner=writer)
    page = open_page(Look(), live_server.url, session_of(writer))
    late: list[Route] = []
    typed: list[str] = []

    def hold(script: Route) -> None:
        if typed:
            script.continue_()
        else:
            late.append(script)

    page.route("**/*.js", hold)
    page.goto(live_server.url + reverse("knowledge:write", args=[article.pk, "en"]), wait_until="commit")
    page.locator("#id_body").fill("We pay for **faulty** goods.")
    typed.append("all of it")
    for script in late:
        script.continue_()

    expect(page.locator("#text strong")).to_have_text("faulty")
