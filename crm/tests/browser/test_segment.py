"""A marketing user finds who is valuable and slipping away, keeps them as a segment, and writes to them."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from channels import factories as channels
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from segments.factories import buyer, score
from segments.models import Segment

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORDS = {
    "en": {
        "starter": "High value, slipping away",
        "save": "Save segment",
        "size": "Customers",
        "money": "Spent together",
        "campaign": "Start a campaign",
    },
    "zh-hans": {
        "starter": "高价值流失风险",
        "save": "保存分群",
        "size": "客户",
        "money": "累计消费总额",
        "campaign": "发起营销活动",
    },
}


@pytest.mark.parametrize("language", WORDS)
def test_high_value_slipping_away_becomes_a_segment_and_a_campaign(
    open_page: Opener, live_server: LiveServer, transactional_db: None, language: str
) -> None:
    words, client = WORDS[language], Client()
    client.force_login(people.user(Role.MARKETING))
    channels.channel()
    for number in range(3):
        score(buyer(total=1000 + number), monetary=5, group="risk", stage="risk")
    score(buyer(total=9000), monetary=5, group="champion")
    page = open_page(Look(language), live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)

    page.goto(live_server.url + reverse("segments:new"))
    page.get_by_role("link", name=words["starter"]).click()
    expect(page.locator("#count .big-count")).to_have_text("3")
    page.get_by_role("button", name=words["save"]).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["starter"])
    expect(page.locator(".kpi", has_text=words["size"]).first).to_contain_text("3")
    expect(page.locator(".kpi", has_text=words["money"]).first).to_contain_text("3,003")

    page.get_by_role("link", name=words["campaign"]).click()
    expect(page.locator("#id_segment option:checked")).to_contain_text(words["starter"])
    assert Segment.objects.get().size == 3
