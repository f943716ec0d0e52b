"""What every request to the API has in common: tokens, limits, hostile bodies, the shape of a no."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.api import services
from crm.api.models import Token
from crm.api.tests.caller import Caller

pytestmark = pytest.mark.django_db
WRONG = ["", "x", "crm_", "crm_1_2", "crm_" + "é" * 40, "crm_a_b\x00", "crm_%s_" + "x" * 43]
BEFORE = timezone.now() - timedelta(1)


def test_without_a_token_there_is_nothing(client: Client, operator: User) -> None:
    for path in ("customers", "nowhere/at/all"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code in (401, 404)
        assert answer["Content-Type"] == "application/problem+json"
    client.force_login(operator)
    assert client.get("/api/v1/customers").status_code == 401


@pytest.mark.parametrize("secret", WRONG)
def test_a_wrong_token_is_none(api: Caller, secret: str) -> None:
    api.secret = secret.replace("%s", Token.objects.get().prefix)
    answer = api.get("customers", **{"Accept-Language": "en"})
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_only_a_hash_of_the_token_is_kept(api: Caller) -> None:
    token = Token.objects.get()
    assert api.secret.rpartition("_")[2] not in str(vars(token))
    assert len(token.digest) == 64


@pytest.mark.parametrize(
    "change", [{"expires_at": BEFORE, "created_at": BEFORE - timedelta(1)}, {"revoked_at": BEFORE}]
)
def test_an_old_or_revoked_token_opens_nothing(api: Caller, change: dict[str, Any]) -> None:
    Token.objects.update(**change)
    assert api.get("customers").status == 401


def test_a_deactivated_colleague_takes_their_tokens_along(api: Caller, operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(is_active=False)
    assert api.get("customers").status == 401
    services.sweep()
    User.objects.filter(pk=operator.pk).update(is_active=True)
    assert api.get("customers").status == 401


def test_a_token_does_what_its_scopes_say_and_its_user_may(operator: User) -> None:
    reader = Caller(operator, "customers:read")
    assert reader.get("customers").status == 200
    assert reader.get("orders").status == 403
    assert reader.put("customers/by-key/shop/1", {"name": "Li"}).status == 403

    seller = Caller(operator, "segments:read")
    User.objects.filter(pk=operator.pk).update(roles=[Role.SERVICE])
    assert seller.get("segments").status == 404


def test_its_last_use_is_noted(api: Caller) -> None:
    api.get("customers")
    assert Token.objects.get().last_used_at


@pytest.mark.usefixtures("one_window")
def test_a_token_may_ask_so_often_a_minute(operator: User) -> None:
    api = Caller(operator, per_minute=2)
    answers = [api.get("segments") for _ in range(3)]
    assert [one.status for one in answers] == [200, 200, 429]
    assert [one.headers["X-RateLimit-Remaining"] for one in answers] == ["1", "0", "0"]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


@pytest.mark.usefixtures("one_window")
def test_a_token_may_read_so_many_rows_a_day(api: Caller) -> None:
    api.put("customers/by-key/shop/1", {"name": "Li"})
    with override_settings(API_ROWS_A_DAY=1):
        assert api.get("customers").status == 429


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "not_json"),
        (b'{"name": "\xff"}', "not_utf8"),
        (b'{"name": "a", "name": "b"}', "repeated_key"),
        (b'{"name": "a\\u0000"}', "bad_character"),
        (b'{"name": "a\\ud800"}', "bad_character"),
        (b'{"a\\u0000": 1}', "bad_character"),
        (b'{"name": NaN}', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"name": ' + b"[" * 50 + b"]" * 50 + b"}", "too_deep"),
        (b'{"name": ' + b"9" * 5000 + b"}", "not_json"),
        (b'{"name": "' + b"x" * 2_200_000 + b'"}', "too_large"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_hostile_body_is_refused(api: Caller, body: bytes, code: str) -> None:
    answer = api.ask("PUT", "customers/by-key/shop/1", body)
    assert (answer.status, answer.data["type"]) == (
        413 if code == "too_large" else 400,
        f"urn:crm:problem:{code}",
    )


@pytest.mark.parametrize(
    "path",
    [
        "customers?q=%00",
        "customers?kind=%00",
        "customers?limit=x",
        "customers?cursor=x",
        "customers?limit=99999999999999999999999",
        "customers/99999999999999999999999999",
        "customers/" + "9" * 5000,
        "customers/by-key/shop/%00",
        "customers/by-key/sh%20op/1",
        "orders?customer=0",
        "customers/1/touchpoints?channel=pigeon",
        "customers?touched_since=0000-00-00",
        "customers?touched_since=0001-01-01T00:00:00%2B14:00",
        "segments/%F0%9F%8C%8D/members",
    ],
)
def test_a_hostile_address_is_refused(api: Caller, path: str) -> None:
    answer = api.get(path)
    assert 400 <= answer.status < 500
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_no_has_one_shape_in_the_reader_s_language(api: Caller) -> None:
    english = api.put("customers/by-key/shop/1", {"name": 5, "nmae": "x"})
    assert english.data["title"] == "Some values cannot be used."
    assert {one["field"]: one["message"] for one in english.data["errors"]} == {
        "name": "This is not a text.",
        "nmae": "There is no such field.",
    }
    chinese = api.put("customers/by-key/shop/1", {"name": 5}, **{"Accept-Language": "zh-CN,zh"})
    assert chinese.headers["Content-Language"] == "zh-hans"


def test_a_method_that_is_not_there(api: Caller) -> None:
    answer = api.post("segments", {})
    assert (answer.status, answer.headers["Allow"]) == (405, "GET")
    assert answer.data["status"] == 405
