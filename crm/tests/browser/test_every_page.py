"""Every page in both languages, light and dark, wide and narrow: no error, no overflow, no barrier."""

import os
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from crm.tests.access.crawl import Rule
from crm.tests.access.rules import RULES
from crm.tests.browser.conftest import Look, Opener
from crm.tests.browser.office import Office
from crm.tests.browser.pages import OPTIONS, RUN, STILL, bring_axe, worst

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# How wide it is, and which element sticks out, for whoever has to mend it.
WIDTH = """(() => {
    const wide = document.documentElement.scrollWidth, sticksOut = one =>
        one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
        && !one.parentElement.closest('.table-scroll');
    return {wide, widest: wide <= innerWidth ? [] : [...document.querySelectorAll('main *')].filter(sticksOut)
        .map(one => one.outerHTML.slice(0, 120)).slice(0, 3)};
})()"""
# Everything in one go, because there are hundreds of pages: as it was opened, then in the other theme.
LOOK = f"""async ([theme, options]) => {{
    await ({STILL})();
    const root = document.documentElement;
    const found = {{language: root.lang, theme: root.dataset.theme, ...{WIDTH}}};
    found.unfilled = (document.querySelector('main') || document.body).textContent.match(/%\\(\\w+\\)[sd]/);
    found.violations = await ({RUN})(options);
    root.dataset.theme = theme;
    return found;
}}"""
# What was seen is then hidden, so that turning back to the first width lays nothing out.
LOOK_AGAIN = f"() => {{ const found = {WIDTH}; document.documentElement.hidden = true; return found; }}"
# A page is opened in one of these, turn about, and turned to the other theme and width where it stands.
# `make test-looks` opens every page in every look, and looks for barriers there as well.
LOOKS = [Look("zh-hans", "light", 1440), Look("en", "dark", 390)]
THEMES, WIDTHS = {"light": "dark", "dark": "light"}, {1440: 390, 390: 1440}
IN_ALL = bool(os.environ.get("ALL_LOOKS"))
if IN_ALL:
    LOOKS += [Look("zh-hans", "dark", 390), Look("en", "light", 1440)]
# Addresses that answer GET with something other than a page.
NO_PAGES = {
    "desk:search": "options of the palette",
    "desk:figures": "a part of the home page",
    "customers:count": "a part of the list",
    "customers:columns": "a part of the list",
    "customers:filter": "a part of the list",
    "customers:next": "leads to another customer's page",
    "customers:previous": "leads to another customer's page",
    "scoring:run": "a part of the RFM page",
    "movement:flow": "named by a flow of the page before it",
    "grouping:run": "a part of the page of natural groups",
    "recommending:learning": "a part of the page on recommendations",
    "predicting:run": "a part of the page on predictions",
    "pivot:file": "a file to download",
    "quality:assessment": "a part of the page on data quality",
    "tasks:raised": "what stands in a corner of every page",
    "phones:news": "a part of the phones",
    "calling:ringing": "what stands in a corner of every page",
    "tasks:candidates": "options of a form",
    "imports:problems": "a file to download",
    "exports:file": "a file to download",
    "imports:duplicates": "a file to download",
    "record:organisations": "options of a field",
    "relations:candidates": "options of a field",
    "duplicates:candidates": "options of a field",
    "duplicates:next": "leads to another pair",
    "duplicates:previous": "leads to another pair",
    "duplicates:chosen": "shows customers that one chose",
    "duplicates:pattern": "named by what was found",
    "duplicates:batch": "only for who made it",
    "duplicates:run": "a part of the work list",
    "files:download": "a file to download",
    "notices:bell": "what stands in a corner of every page",
    "touches:colleagues": "options of a field",
    "live:stream": "news without end",
    "live:news": "news for scripts",
    "inbox:queues": "a part of the inbox",
    "inbox:waiting": "a number in the navigation",
    "inbox:messages": "a part of the conversation's page",
    "inbox:here": "a part of the conversation's page",
    "inbox:panel": "a part of the conversation's page",
    "inbox:composer": "a part of the conversation's page",
    "inbox:colleagues": "options of a field",
    "inbox:canned-offered": "options of a field",
    "inbox:html": "what stands in a frame",
    "inbox:pictures": "a part of the conversation's page",
    "inbox:file": "a file to download",
    "knowledge:picture": "a picture",
    "knowledge:for-conversation": "stands beside a conversation",
    "knowledge:followed": "stands beside a conversation",
    "audiences:file": "a file to download",
    "reports:table": "a file to download",
    "insights:counting": "a part of the insight pages",
    "insights:table": "a file to download",
    "reports:ask": "stands beside a conversation",
    "campaigns:audience": "a part of the campaign's page",
    "campaigns:progress": "a part of the campaign's page",
    "campaigns:results": "a part of the campaign's page",
    "campaigns:preview-html": "what stands in a frame",
    "templating:mail": "what stands in a frame",
    "channels:sandbox-html": "what stands in a frame",
}
# Pages that are asked more than one way, and some that are not ours but wear our look.
MORE_PAGES: list[tuple[str, dict[str, int], str]] = [
    ("customers:list", {}, "?q=an&sort=-total"),
    ("customers:list", {}, "?q=nobody-is-called-so"),
    ("customers:list", {}, "?density=compact&col=tags&col=last_order&sort=-last_order&city=上海"),
    ("exports:new", {}, "?city=上海"),
    ("lists:new", {}, "?sort=name"),
    ("segments:new", {}, "?starter=recent-frequent"),
    ("channels:new", {}, "?connector=smtp"),
    ("scoring:rfm", {}, "?show=money"),
    ("movement:flow", {}, "?before=loyal&after=risk"),
    ("movement:page", {}, "?by=group&show=money&everybody=on"),
    ("pivot:table", {}, "?subject=customers&rows=city&column=kind&period=all"),
    ("pivot:records", {}, "?subject=orders&rows=channel&at=channel:web"),
    ("insights:cohorts", {}, "?show=money"),
    ("insights:trends", {}, "?by=week"),
    ("channels:sandbox", {}, "?q=nobody"),
    ("tasks:calendar", {}, "?span=week"),
    ("notices:list", {}, "?show=unread"),
    ("reports:conversations", {}, "?measure=opened&days=30"),
    ("reports:service", {}, "?days=365&clock=open"),
    ("knowledge:list", {}, "?q=退货"),
    ("mfa_index", {}, ""),
    ("account_change_password", {}, ""),
    ("usersessions_list", {}, ""),
]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.language}-{look.theme}-{look.width}")
def test_every_page_is_fit_to_be_seen(
    look: Look, open_page: Opener, live_server: LiveServer, office: Office
) -> None:
    session = sign_in(office)
    page = open_page(look, live_server.url, session)
    bring_axe(page)
    looked_at = paths(office) if IN_ALL else paths(office)[LOOKS.index(look) :: len(LOOKS)]
    faults = {path: found for path in looked_at if (found := faults_of(page, live_server.url + path, look))}
    assert faults == {}


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.language}-{look.theme}-{look.width}")
def test_pages_for_strangers_are_fit_to_be_seen(
    look: Look, open_page: Opener, live_server: LiveServer, db: None
) -> None:
    page = open_page(look, live_server.url)
    bring_axe(page)
    names = ("account_login", "account_reset_password")
    for name in names:
        assert faults_of(page, live_server.url + reverse(name), look) == [], name


def sign_in(office: Office) -> str:
    client = Client()
    client.force_login(office.user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def paths(office: Office) -> list[str]:
    found = [
        reverse(name, kwargs=kwargs)
        for name, rule in RULES.items()
        if has_page(name, rule)
        for kwargs in office.things(rule)
    ]
    return found + [reverse(name, kwargs=kwargs) + query for name, kwargs, query in MORE_PAGES]


# They open for drafts only, which the office has and the crawl has not.
OF_DRAFTS = {"campaigns:edit", "campaigns:variants", "campaigns:variant-new", "campaigns:variant"}


def has_page(name: str, rule: Rule) -> bool:
    return name in OF_DRAFTS or not (rule.writes or name in NO_PAGES)


def faults_of(page: Page, address: str, look: Look) -> list[str]:
    page.set_viewport_size({"width": look.width, "height": look.height})
    answer = page.goto(address)
    found = page.evaluate(LOOK, [THEMES[look.theme], OPTIONS])
    faults = [] if answer and answer.ok else [f"status {answer and answer.status}"]
    if found["language"] != look.language:
        faults.append("another language")
    if found["theme"] != look.theme:
        faults.append("another theme")
    faults += [f"{blank} is not filled in" for blank in found["unfilled"] or ()]
    faults += too_wide(found, look.width) + worst(found["violations"])
    other = WIDTHS[look.width]
    page.set_viewport_size({"width": other, "height": Look(width=other).height})
    return faults + too_wide(page.evaluate(LOOK_AGAIN), other)


def too_wide(found: dict[str, Any], width: int) -> list[str]:
    return [f"{found['wide']} px wide at {width}: {found['widest']}"] if found["wide"] > width else []
