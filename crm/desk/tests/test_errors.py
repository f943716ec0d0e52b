from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from django.utils import translation

from crm.desk import errors


def asking(**headers: str) -> HttpRequest:
    request: Any = RequestFactory().get("/somewhere/", headers=headers)
    request.user = AnonymousUser()
    return request  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("view", "error", "status"),
    [
        (errors.bad_request, SuspiciousOperation(), 400),
        (errors.forbidden, PermissionDenied(), 403),
        (errors.not_found, Http404(), 404),
    ],
)
def test_browser_gets_a_page_with_a_way_on(view: Any, error: Exception, status: int) -> None:
    response = view(asking(), error)
    assert response.status_code == status
    assert 'href="/"' in response.content.decode()


def test_htmx_gets_a_toast() -> None:
    response = errors.not_found(asking(**{"HX-Request": "true"}), Http404())
    assert response.status_code == 404
    assert response.content == b""
    assert '"level": "error"' in response.headers["HX-Trigger"]


def test_refused_form_says_that_nothing_changed() -> None:
    with translation.override("en"):
        response = errors.csrf_failed(asking(), "token missing")
    assert response.status_code == 403
    page = response.content.decode()
    assert "Nothing was changed" in page
    assert 'href="/somewhere/"' in page
    assert "token missing" not in page


def test_crash_page_needs_no_database() -> None:
    response = errors.server_error(asking(cookie="theme=dark"))
    assert response.status_code == 500
    assert 'data-theme="dark"' in response.content.decode()


def test_while_the_database_is_away_people_are_told_to_come_back() -> None:
    try:
        raise OperationalError("server closed the connection")
    except OperationalError:
        response = errors.server_error(asking())
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
