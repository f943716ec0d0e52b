"""From a file to customers and back: columns, check, import, revert, by mouse and keyboard."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser import newcomer
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import settle
from customers import factories
from customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CONTENT = """number,name,city,phone
{known},Li Ming,Suzhou,13800138000
900002,Wang Fang,Wuhan,13800138000
900003,Sun,,12
"""


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_a_file_comes_in_and_goes_back(
    open_page: Opener, live_server: LiveServer, transactional_db: None, tmp_path: Path
) -> None:
    user = people.user(Role.OPERATIONS)
    known = factories.found(name="Li Ming", city="Shanghai", phone="+8613800138000")
    factories.identity(known, "phone", "+8613800138000")
    (tmp_path / "members.csv").write_text(CONTENT.format(known=known.pk))
    client = Client()
    client.force_login(user)
    page = open_page(Look(), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    page.goto(live_server.url + "/imports/")

    newcomer.upload(page, tmp_path / "members.csv", "Customers")
    page.get_by_label("When values differ: city").select_option(label="Fill empty only")
    settle(page)
    page.get_by_label("Save these choices as").fill("Members")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Understood as saved under “Members”.")).to_be_visible()
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("button", name="Start import")).to_be_visible()
    found = newcomer.figures(page)
    assert (found["New"], found["To update"], found["With errors"]) == (1, 1, 1)
    assert found["Possible duplicates"] == 1
    assert Customer.objects.count() == 1
    page.get_by_role("button", name="Start import").click()
    expect(page.locator(".steps li.done")).to_have_count(4)
    assert Customer.objects.count() == 2
    page.get_by_role("button", name="Revert…").click()
    page.get_by_role("button", name="Revert the import").click()
    expect(page.get_by_role("heading", name="This import was reverted")).to_be_visible()
    assert list(Customer.objects.values_list("name", "city")) == [("Li Ming", "Shanghai")]
