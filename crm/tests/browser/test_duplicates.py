"""A reviewer who has never seen the product: the screen alone says what to press, and no mouse is needed."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.pages import PATIENCE, settle
from customers import factories
from customers.matching.models import Pair, Run
from customers.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ENGLISH = {
    "list": "Duplicates",
    "begin": "Decide one by one",
    "merge": "Merge M",
    "refuse": "Not the same N",
    "skip": "Skip",
    "joined": "became part of",
    "undo": "Undo",
    "undone": "Undone",
    "apart": "kept apart",
    "last": "This was the last pair of the list.",
    "nothing": "Nothing to decide",
}
CHINESE = {
    "list": "重复客户",
    "begin": "逐对判断",
    "merge": "合并 M",
    "refuse": "不是同一客户 N",
    "skip": "跳过",
    "joined": "已并入",
    "undo": "撤销",
    "undone": "已撤销",
    "apart": "不再合并",
    "last": "这是列表中的最后一对。",
    "nothing": "没有待判断的重复客户",
}


@pytest.fixture
def reviewer(transactional_db: None) -> User:
    return people.user(Role.OPERATIONS, name="Rae Viewer")


@pytest.fixture
def pairs(reviewer: User) -> list[Pair]:
    """The likeliest first: one who is on file twice, another such, and two who only share a phone."""
    phone = "+8613912345678"
    found = []
    for bits, one, other in ((30.0, "王小明", "王晓明"), (20.0, "Ann Lee", "Anne Lee"), (10.0, "Bo", "Li")):
        two = factories.customer(name=one, phone=phone), factories.customer(name=other, phone=phone)
        # Named by a colleague: what nobody's sources say, matching would forget.
        found.append(factories.pair(*two, bits=bits, found=Pair.Found.PERSON))
    Run.objects.create(step=Run.Step.DONE, finished_at=timezone.now())
    return found


@pytest.mark.parametrize(
    ("language", "words"), [("en", ENGLISH), ("zh-hans", CHINESE)], ids=["en", "zh-hans"]
)
def test_pairs_are_merged_undone_and_refused_by_key(
    open_page: Opener,
    live_server: LiveServer,
    reviewer: User,
    pairs: list[Pair],
    language: str,
    words: dict[str, str],
) -> None:
    first, second, third = pairs
    page = open_page(Look(language), live_server.url, _session(reviewer))
    page.goto(live_server.url + reverse("desk:home"))
    page.get_by_role("link", name=words["list"], exact=True).press("Enter")
    page.wait_for_url(f"**{reverse('duplicates:list')}")
    page.get_by_role("link", name=words["begin"]).press("Enter")
    _is_at(page, first)
    for button in ("merge", "refuse"):
        expect(page.get_by_role("button", name=words[button])).to_be_visible()

    # The name of the other is taken, then the two are one and the next pair is there.
    name = page.locator("input[name=winner_name]")
    before = name.evaluate_all("all => all.findIndex(one => one.checked)")
    page.keyboard.press("1")
    assert name.evaluate_all("all => all.findIndex(one => one.checked)") == 1 - before
    page.keyboard.press("m")
    _is_at(page, second)
    expect(page.locator("#toasts")).to_contain_text(words["joined"])
    assert Customer.objects.present().get(pk=first.low_id).name == ("王小明", "王晓明")[1 - before]

    # It was a mistake: what the message offers takes it back, and the pair waits again.
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text(words["undone"], timeout=PATIENCE)
    assert Customer.objects.present().filter(pk=first.high_id).exists()
    settle(page)
    page.keyboard.press("k")
    _is_at(page, first)

    page.keyboard.press("n")
    _is_at(page, second)
    expect(page.locator("#toasts")).to_contain_text(words["apart"])
    page.keyboard.press("j")
    _is_at(page, third)
    page.keyboard.press("n")
    expect(page.locator("#toasts")).to_contain_text(words["last"])
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    _is_at(page, second)
    page.keyboard.press("m")
    expect(page.locator("#results")).to_contain_text(words["nothing"])
    states = [Pair.objects.get(pk=one.pk).state for one in pairs]
    assert states == ["apart", "joined", "apart"]


def _is_at(page: Page, pair: Pair) -> None:
    page.wait_for_url(f"**{reverse('duplicates:review', args=[pair.pk])}*")
    expect(page.locator("#comparison")).to_be_visible()


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
