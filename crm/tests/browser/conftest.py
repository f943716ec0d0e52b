"""A real Chromium, where there is one. Every page is watched for errors and policy violations."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright

from crm.tests.browser.office import Office, open_office

# Playwright's loop runs in the test's own thread, and the test itself may use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page lives half a second here: compiling its scripts more than once never pays.
    "--js-flags=--no-opt --no-maglev",
]
# Chromium logs every form answered with 422 and every refused request; the tests look at the page instead.
# So does htmx, which calls it an error as well when it drops a request because a newer one replaces it.
HARMLESS = (
    "status of 422",
    "status of 409",
    "status of 400",
    "Status Error Code 409",
    "htmx:afterRequest",
    "htmx:sendAbort",
)
# On a busy machine Chromium shows a page before the soft change to it could begin, and calls that an error.
SKIPPED_TRANSITION = "Transition was aborted"


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    language: str = "en"
    theme: str = "light"
    width: int = 1440

    @property
    def height(self) -> int:
        return 900 if self.width > 500 else 844


Opener = Callable[..., Page]

# A page may take long on a busy machine; what never comes still fails.
PATIENCE = 20_000  # ms
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the session: Playwright's loop must be gone before other tests start loops of their own."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        pytest.skip("no Chromium on this machine; install one or point CHROMIUM to it")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def office(transactional_db: None) -> Office:
    return open_office()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens an empty page with a look; at the end no page may have met an error or a blocked resource."""
    complaints: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(word in message.text for word in HARMLESS):
            complaints.append(f"{message.text} @ {message.location.get('url', '')}")

    def note_error(error: Error) -> None:
        if SKIPPED_TRANSITION not in str(error):
            complaints.append(str(error))

    def opener(look: Look, address: str, session: str = "") -> Page:
        context = browser.new_context(
            viewport={"width": look.width, "height": look.height},
            locale="zh-CN" if look.language.startswith("zh") else "en-GB",
            has_touch=look.width < 500,
        )
        cookies = {"django_language": look.language, "theme": look.theme} | (
            {settings.SESSION_COOKIE_NAME: session} if session else {}
        )
        context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", note_error)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert complaints == []
