import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import override_settings

from crm.lib.htmx import add_toast, no_content, render_part

LOADERS = [
    (
        "template_partials.loader.Loader",
        [
            (
                "django.template.loaders.locmem.Loader",
                {
                    "page.html": "page {% partialdef part inline %}{{ word }}{% endpartialdef %}",
                },
            )
        ],
    )
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": LOADERS, "builtins": ["template_partials.templatetags.partials"]},
    }
]


def asking(**htmx: object) -> HttpRequest:
    request: Any = RequestFactory().get("/")
    request._messages = CookieStorage(request)
    request.htmx = SimpleNamespace(history_restore_request=False, **htmx) if htmx else None
    return request  # type: ignore[no-any-return]


def toasts(response: HttpResponse) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(response.headers["HX-Trigger"])["toast"]["toasts"]
    return found


@pytest.fixture
def page() -> Any:
    with override_settings(TEMPLATES=TEMPLATES):
        yield


@pytest.mark.usefixtures("page")
def test_browser_gets_the_page() -> None:
    response = render_part(asking(), "page.html", "part", {"word": "hello"})
    assert response.content == b"page hello"
    assert response.headers["Vary"] == "HX-Request"


@pytest.mark.usefixtures("page")
def test_htmx_gets_the_part_and_the_messages() -> None:
    request = asking(boosted=False)
    messages.success(request, "已保存")
    response = render_part(request, "page.html", "part", {"word": "hello"}, status=422)
    assert response.content == b"hello"
    assert response.status_code == 422
    assert toasts(response) == [{"text": "已保存", "level": "success"}]


@pytest.mark.usefixtures("page")
def test_going_back_gets_the_page() -> None:
    request: Any = asking(boosted=False)
    request.htmx.history_restore_request = True
    assert render_part(request, "page.html", "part", {"word": "hello"}).content == b"page hello"


def test_toasts_collect_in_one_ascii_header() -> None:
    response = HttpResponse()
    response.headers["HX-Trigger"] = '{"saved": true}'
    add_toast(response, "一", level="error")
    add_toast(response, "二")
    assert response.headers["HX-Trigger"].isascii()
    assert json.loads(response.headers["HX-Trigger"])["saved"] is True
    assert [one["text"] for one in toasts(response)] == ["一", "二"]


def test_no_content_brings_messages() -> None:
    request = asking(boosted=False)
    messages.error(request, "No")
    response = no_content(request)
    assert response.status_code == 204
    assert toasts(response) == [{"text": "No", "level": "error"}]
