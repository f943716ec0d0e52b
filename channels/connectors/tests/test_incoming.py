"""What every connector promises of what comes in: who said it, what it means, and never an exception.

A new connector that is called enters its caller in callers.py, and what its provider says as files under
golden/, each beside what is to be understood of it.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.connectors import registry
from channels.connectors.arriving import Happening, Ignored, Inbound, Incoming, Request, Status
from channels.connectors.base import Connector
from channels.connectors.tests import callers
from channels.connectors.tests.callers import CALLERS, GOLDEN, Caller, now, post

each_caller = pytest.mark.parametrize("caller", CALLERS, ids=lambda one: one.name)
each_connector = pytest.mark.parametrize("connector", registry.every(), ids=lambda one: one.key)
GOLDEN_FILES = sorted(path for path in GOLDEN.glob("*/*") if not path.name.endswith(".expected.json"))
# Connectors whose calls are held to this contract elsewhere, by their own files.
ELSEWHERE = {"anymail"}


def verdict(caller: Caller, request: Request, secret: Mapping[str, str] | None = None) -> str:
    return registry.get(caller.key).verify(request, caller.config, secret or caller.secret)


def signed(caller: Caller, raw: bytes | None = None, at: int | None = None) -> Request:
    return caller.call(caller.first() if raw is None else raw, caller.secret, now() if at is None else at)


def without(request: Request, name: str) -> Request:
    headers = {key: value for key, value in request.headers.items() if key != name}
    query = {key: value for key, value in request.query.items() if key != name}
    return replace(request, headers=headers, query=query)


def test_every_connector_that_is_called_has_a_caller() -> None:
    called = {one.key for one in registry.every() if one.caps.pushes}
    assert called <= {one.key for one in CALLERS} | ELSEWHERE


@each_caller
def test_who_it_is_is_known(caller: Caller) -> None:
    for path in caller.files():
        assert verdict(caller, signed(caller, path.read_bytes())) == "", path.name


@each_caller
def test_no_bit_may_change(caller: Caller) -> None:
    request = signed(caller)
    if caller.signs_body:
        for place in range(0, len(request.raw), max(1, len(request.raw) // 40)):
            raw = bytearray(request.raw)
            raw[place] ^= 1
            # Only where it means something else: what frames the box in XML is not in it.
            if caller.ending != "xml" or b"<Encrypt><![CDATA[" in raw[: place + 1]:
                assert verdict(caller, replace(request, raw=bytes(raw))) or equivalent(caller, request, raw)
    name = next(one for one in caller.proofs if "signature" in one)
    given = request.headers.get(name) or request.query[name]
    other = given[:-2] + ("AA" if not given.endswith("AA") else "BB")
    assert verdict(caller, changed(request, name, other))


def equivalent(caller: Caller, request: Request, raw: bytearray) -> bool:
    """Form fields and XML may be written in more than one way."""
    connector = registry.get(caller.key)
    before = list(connector.parse(request.raw, caller.config, caller.secret))
    return caller.ending in ("xml", "form") and shape(before) == shape(
        list(connector.parse(bytes(raw), caller.config, caller.secret))
    )


def changed(request: Request, name: str, value: str) -> Request:
    if name in request.headers:
        return replace(request, headers={**request.headers, name: value})
    return replace(request, query={**request.query, name: value})


@each_caller
def test_a_missing_proof_is_no_proof(caller: Caller) -> None:
    request = signed(caller)
    for name in caller.proofs:
        assert verdict(caller, without(request, name)), name
        assert verdict(caller, changed(request, name, "")), name
        assert verdict(caller, changed(request, name, "é\x00\ud800")), name
    assert verdict(caller, post(request.raw, {}))


@each_caller
def test_an_old_call_is_refused(caller: Caller) -> None:
    if caller.is_stamped:
        assert verdict(caller, signed(caller, at=now() - 3600))
        assert verdict(caller, signed(caller, at=now() + 3600))
        assert verdict(caller, signed(caller, at=10**12))


@each_caller
def test_another_account_s_secret_opens_nothing(caller: Caller) -> None:
    assert verdict(caller, caller.call(caller.first(), caller.stolen, now()))


@each_caller
def test_a_channel_without_secrets_lets_nobody_in(caller: Caller) -> None:
    empty = dict.fromkeys(caller.secret, "")
    for secret in ({}, empty):
        assert registry.get(caller.key).verify(signed(caller), caller.config, secret)
    try:
        forged = caller.call(caller.first(), empty, now())
    except (ValueError, IndexError):  # their side has no such key either
        return
    assert registry.get(caller.key).verify(forged, caller.config, empty)


@each_caller
def test_the_same_json_in_other_bytes_is_not_what_was_signed(caller: Caller) -> None:
    if caller.ending == "json":
        request = signed(caller)
        assert verdict(caller, replace(request, raw=callers.reserialised(request.raw)))


@each_caller
def test_half_a_call_is_none(caller: Caller) -> None:
    request, connector = signed(caller), registry.get(caller.key)
    for part in (0, len(request.raw) // 2, len(request.raw) - 1):
        half = replace(request, raw=request.raw[:part])
        if caller.signs_body and half.raw.strip() != request.raw.strip():
            assert verdict(caller, half) or caller.ending == "form"
        assert all(
            isinstance(one, Inbound) for one in connector.parse(half.raw, caller.config, caller.secret)
        )


@each_caller
@pytest.mark.slow
def test_five_megabytes_are_borne(caller: Caller) -> None:
    connector = registry.get(caller.key)
    began = time.monotonic()
    for filling in (b"x", b"<a>", b"[", b'{"a":'):
        raw = filling * (5_000_000 // len(filling))
        request = replace(signed(caller), raw=raw)
        assert connector.verify(request, caller.config, caller.secret) or not caller.signs_body
        connector.key_of(request, caller.config, caller.secret)
        list(connector.parse(raw, caller.config, caller.secret))
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("path", GOLDEN_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_it_means(path: Path) -> None:
    caller = next(one for one in CALLERS if one.key == path.parent.name)
    raw = path.read_bytes()
    if path.suffix == ".xml":
        raw = signed(caller, raw).raw
    found = list(registry.get(caller.key).parse(raw, caller.config, caller.secret))
    due = json.loads(path.with_suffix(".expected.json").read_text())
    assert shape(found) == due


def shape(found: list[Inbound]) -> list[dict[str, Any]]:
    """What was understood, without what says nothing and without moments that are now."""
    return [{"is": type(one).__name__, **said(one)} for one in found]


def said(one: Inbound) -> dict[str, Any]:
    told = {name: value for name, value in asdict(one).items() if value not in ("", (), {}, False, None)}
    usual = {field.name: field.default for field in fields(one)}
    told = {name: value for name, value in told.items() if value != usual.get(name)}
    at = told.pop("at", None)
    if isinstance(at, datetime) and abs(at.timestamp() - now()) > 3600:
        told["at"] = at.isoformat()
    return json.loads(json.dumps(told, default=str))  # type: ignore[no-any-return]


@each_caller
def test_the_same_again_has_the_same_keys(caller: Caller) -> None:
    connector = registry.get(caller.key)
    for path in caller.files():
        calls = [signed(caller, path.read_bytes(), now() - age) for age in (0, 60)]
        assert len({connector.key_of(one, caller.config, caller.secret) for one in calls}) == 1
        keys = [
            [part.dedupe_key for part in connector.parse(one.raw, caller.config, caller.secret)]
            for one in calls
        ]
        assert keys[0] == keys[1]
        assert len(set(keys[0])) == len(keys[0])
        assert all(0 < len(key) <= 255 for key in keys[0])


@each_connector
def test_nothing_comes_in_unless_a_connector_can_tell_who_sent_it(connector: Connector) -> None:
    assert connector.verify(Request("POST", "https://crm.test/in/x/", b"{}"), {}, {})
    assert all(isinstance(one, Ignored) for one in connector.parse(b"\x00\xff", {}, {}))


WORDS = st.text(max_size=12)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS)
NAMES = st.sampled_from(
    (
        *("id", "type", "from", "text", "messages", "statuses", "entry", "changes", "value", "metadata"),
        *("phone_number_id", "timestamp", "image", "button", "interactive", "contacts", "customer", "lines"),
        *("total", "handles", "kind", "items", "event", "msgid", "msgtype", "origin", "external_userid"),
        *("send_time", "terminal", "receipt", "state", "currency", "visitor", "at", "body", "sid", "data"),
        *("started_at", "seconds", "quantity"),
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES | WORDS, inner, max_size=6)),
    max_leaves=20,
)
CONFIGS = {one.name: one for one in CALLERS}


@each_connector
@given(
    raw=st.one_of(
        st.binary(max_size=200),
        JSON.map(lambda found: json.dumps(found).encode()),
        st.dictionaries(NAMES, WORDS, max_size=6).map(lambda found: repr(found).encode(errors="replace")),
    ),
    query=st.dictionaries(st.sampled_from(["timestamp", "nonce", "signature", "echostr"]), WORDS),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.slow
def test_reading_never_raises(connector: Connector, raw: bytes, query: dict[str, str]) -> None:
    caller = next((one for one in CALLERS if one.key == connector.key), None)
    config, secret = (caller.config, caller.secret) if caller else ({}, {})
    request = Request("POST", callers.URL, raw, dict.fromkeys(caller.proofs if caller else (), "x"), query)
    connector.verify(request, config, secret)
    connector.handshake(replace(request, method="GET"), config, secret)
    assert connector.key_of(request, config, secret)
    for one in connector.parse(raw, config, secret):
        assert isinstance(one, Incoming | Status | Happening | Ignored)
        # What the database cannot hold is not in it.
        json.dumps(asdict(one), default=str).encode()
        assert "\x00" not in one.dedupe_key


@given(mutation=st.dictionaries(NAMES, SCALARS, min_size=1, max_size=3), place=st.integers(0, 5))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("name", [one.name for one in CALLERS if one.ending == "json"])
@pytest.mark.slow
def test_nearly_right_calls_never_raise(name: str, mutation: dict[str, Any], place: int) -> None:
    caller = CONFIGS[name]
    files = caller.files()
    found = json.loads(files[place % len(files)].read_bytes())
    raw = json.dumps(mutate(found, mutation)).encode()
    for one in registry.get(caller.key).parse(raw, caller.config, caller.secret):
        assert isinstance(one, Inbound)


def mutate(found: Any, mutation: Mapping[str, Any]) -> Any:
    """The same, with other values wherever the names stand."""
    if isinstance(found, dict):
        return {key: mutation.get(key, mutate(value, mutation)) for key, value in found.items()}
    return [mutate(one, mutation) for one in found] if isinstance(found, list) else found
