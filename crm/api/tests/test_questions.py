"""Questions made from the API's own schema: a few in every run, ten thousand by `make test-api`."""

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core import NotSet
from schemathesis.openapi import from_dict

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.api import factories, reference
from customers import factories as customers

Endpoint = APIOperation[Any, Any, Any, Any]
Question = Case[Any]
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# So many questions about each endpoint, half of them within the schema and half outside.
EACH = int(os.environ.get("API_QUESTIONS", "2"))


@pytest.fixture(scope="module")
def endpoints() -> list[Endpoint]:
    import crm.urls  # noqa: F401 - the routes exist once the addresses do

    found: Any = from_dict(reference.document()).get_all_operations()
    return [one.ok() for one in found]


def test_no_question_crashes_the_api(endpoints: list[Endpoint]) -> None:
    cache.clear()
    user = people.user(*Role)
    secret = factories.token(user, per_minute=10**6)
    known = [customers.order(customers.customer()).customer_id for _ in range(3)]
    client = Client(raise_request_exception=False)
    asked = 0
    crashes: dict[str, str] = {}

    def ask(case: Question, pk: int | None) -> None:
        nonlocal asked
        asked += 1
        path, body = address(case, pk), encoded(case.body)
        headers = {**plain(case.headers), "Authorization": f"Bearer {secret}"}
        answer = client.generic(case.method, path, body, content_type="application/json", headers=headers)
        if answer.status_code >= 500:
            crashes[f"{case.method} {path}"] = repr(body[:500])
        assert answer.status_code < 400 or answer["Content-Type"] == "application/problem+json"

    for endpoint in endpoints:
        for mode in GenerationMode:
            every(endpoint.as_strategy(mode), st.sampled_from([None, *known]), ask)
    assert crashes == {}
    assert asked >= len(endpoints)


def every(cases: st.SearchStrategy[Question], keys: st.SearchStrategy[int | None], ask: Any) -> None:
    """Hypothesis thinks of questions; the same ones whenever it is asked for as many."""
    limits = settings(
        max_examples=max(1, EACH // 2),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    limits(given(cases, keys)(ask))()


def address(case: Question, pk: int | None) -> str:
    """Its path, now and then to a customer who is there, so that questions get beyond the first guard."""
    path = case.path
    for name, value in (case.path_parameters or {}).items():
        chosen = pk if name == "pk" and pk else value
        path = path.replace(f"{{{name}}}", quote(str(chosen), safe="", errors="replace"))
    return f"{path}?{urlencode(case.query or {}, doseq=True, errors='replace')}"


def encoded(body: Any) -> bytes:
    if isinstance(body, NotSet):
        return b""
    return body if isinstance(body, bytes) else json.dumps(body, default=str).encode()


def plain(headers: Mapping[str, Any] | None) -> dict[str, str]:
    """What a header may hold at all; servers refuse the rest before we see it."""
    return {
        name: value
        for name, value in (headers or {}).items()
        if isinstance(value, str) and value.isascii() and value.isprintable() and name != "Authorization"
    }
