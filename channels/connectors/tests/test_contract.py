"""What every connector promises, shown on real sockets: each answer says exactly what is known.

A new connector enters its stage in stages.py and must pass all of this.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.connectors import registry, wechat
from channels.connectors.base import (
    Accepted,
    CannotRender,
    Connector,
    Content,
    Envelope,
    Outcome,
    Payload,
    Rejected,
    Retry,
    Trouble,
    Unknown,
)
from channels.connectors.tests import stages
from channels.connectors.tests.providers import Line, Talk, closed_port, drip, serving
from channels.connectors.tests.stages import Stage

AT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
CONTENT = Content(
    "{{ name }}，夏日上新", "Dear {{ name }},\n.\nline\n", "<p>Dear {{ name }}</p><a href='{{ link }}'>x</a>"
)
ENVELOPE = Envelope(
    to="ann@example.com",
    key="5d1f1c9e5d2f4c0f8c7e1f2a3b4c5d6e",
    at=AT,
    fields={"name": "王<小>明", "link": "https://shop.test/?a=1&b=2"},
    to_name="王小明",
    unsubscribe_url="https://crm.test/m/u/x/",
)
PAYLOAD = Payload("news@example.com", "ann@example.com", b"Subject: x\r\n\r\nHello\r\n.\r\n..\r\n")
HUGE = Payload("news@example.com", "ann@example.com", b"x" * 76 + b"\r\n" + b"y" * 12_000_000)
each_stage = pytest.mark.parametrize("stage", stages.every(), ids=lambda stage: stage.key)


def outcome_of(stage: Stage, talk: Talk, payload: Payload = PAYLOAD, timeout: float = 5) -> Outcome:
    with serving(talk) as provider, stage.open_at("127.0.0.1", provider.port) as session:
        return session.send(payload, "key", timeout)


@pytest.fixture(autouse=True)
def _no_tokens() -> None:
    wechat.forget_tokens()


def moods(name: str) -> pytest.MarkDecorator:
    """Every stage with each of its providers of that mood."""
    cases = [
        pytest.param(stage, talk, id=f"{stage.key}-{number}")
        for stage in stages.every()
        for number, talk in enumerate(getattr(stage, name))
    ]
    return pytest.mark.parametrize(("stage", "talk"), cases)


def together(name: str, payload: Payload = PAYLOAD, timeout: float = 1) -> dict[str, Outcome]:
    """Like `moods`, but all at the same time: nearly all of it is waiting."""
    cases = []
    for stage in stages.every():
        talks = getattr(stage, name)
        for number, talk in enumerate(talks if isinstance(talks, tuple) else (talks,)):
            cases.append((f"{stage.key}-{number}", stage, talk))
    with ThreadPoolExecutor(8) as pool:
        asked = {one: pool.submit(outcome_of, stage, talk, payload, timeout) for one, stage, talk in cases}
    return {name: one.result() for name, one in asked.items()}


@each_stage
def test_a_good_day(stage: Stage) -> None:
    with serving(stage.kind) as provider, stage.open_at("127.0.0.1", provider.port) as session:
        outcomes = [session.send(PAYLOAD, f"key-{number}", 5) for number in range(3)]
    assert all(isinstance(one, Accepted) and "42" in one.provider_id for one in outcomes)
    assert len(provider.messages) == 3
    assert provider.connections == 1


@moods("says_later")
def test_a_temporary_no_is_proof_that_nothing_was_sent(stage: Stage, talk: Talk) -> None:
    outcome = outcome_of(stage, talk)
    assert isinstance(outcome, Retry)
    assert outcome.after > 0
    assert not outcome.channel_down


@moods("knows_no_such_address")
def test_a_dead_address_is_told_apart(stage: Stage, talk: Talk) -> None:
    outcome = outcome_of(stage, talk)
    assert isinstance(outcome, Rejected)
    assert outcome.permanent


@moods("refuses_the_message")
def test_a_refused_message_says_nothing_about_the_address(stage: Stage, talk: Talk) -> None:
    outcome = outcome_of(stage, talk)
    assert isinstance(outcome, Rejected)
    assert not outcome.permanent


@pytest.mark.slow
def test_what_would_hit_every_message_is_the_channels_trouble() -> None:
    outcomes = together("locks_us_out", timeout=0.5)
    assert {name: one for name, one in outcomes.items() if not getattr(one, "channel_down", False)} == {}


@pytest.mark.slow
def test_a_line_that_breaks_before_the_message_has_sent_nothing() -> None:
    outcomes = together("breaks_before", timeout=0.5)
    assert {name: one for name, one in outcomes.items() if not isinstance(one, Retry)} == {}


@pytest.mark.slow
def test_a_message_that_was_not_taken_whole_is_not_sent() -> None:
    outcomes = together("stops_reading", payload=HUGE, timeout=1.5)
    assert {name: one for name, one in outcomes.items() if not isinstance(one, Retry)} == {}


@pytest.mark.slow
def test_a_line_that_breaks_after_the_message_leaves_us_unknowing() -> None:
    outcomes = together("breaks_after", timeout=1)
    assert {name: one for name, one in outcomes.items() if not isinstance(one, Unknown)} == {}


@moods("makes_no_sense_after")
def test_a_senseless_answer_to_a_message_is_no_answer(stage: Stage, talk: Talk) -> None:
    assert isinstance(outcome_of(stage, talk), Unknown)


@each_stage
def test_nobody_listens(stage: Stage) -> None:
    with stage.open_at("127.0.0.1", closed_port()) as session:
        outcome = session.send(PAYLOAD, "key", 1)
        assert isinstance(outcome, Retry)
        assert outcome.channel_down
        assert outcome.reason == Trouble.REFUSED
        assert session.check(1) == outcome


@each_stage
@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "x" * 300, ""])
def test_there_is_no_such_host(stage: Stage, host: str) -> None:
    with stage.open_at(host, 25) as session:
        outcome = session.send(PAYLOAD, "key", 5)
    assert isinstance(outcome, Retry)
    assert outcome.channel_down


@pytest.mark.slow
@each_stage
def test_a_huge_message_gets_through(stage: Stage) -> None:
    body = b"Subject: x\r\n\r\n" + b"0123456789\r\n" * 420_000
    with serving(stage.kind) as provider, stage.open_at("127.0.0.1", provider.port) as session:
        assert isinstance(session.send(Payload("a@example.com", "b@example.com", body), "key", 30), Accepted)
    assert provider.messages == [body]


@pytest.mark.slow
@each_stage
def test_a_server_cannot_stretch_the_wait_byte_by_byte(stage: Stage) -> None:
    began = time.monotonic()
    drops = drip(stage.first_words or b"HTTP/1.1 200 OK\r\n" * 40)
    assert not isinstance(outcome_of(stage, drops, timeout=0.5), Accepted)
    assert time.monotonic() - began < 2


@each_stage
def test_an_idle_line_that_died_costs_no_message(stage: Stage) -> None:
    with serving(stage.kind) as provider, stage.open_at("127.0.0.1", provider.port) as session:
        first_line: list[Line] = []
        kind = provider.talk

        def talk(line: Line) -> None:
            first_line.append(line)
            kind(line)

        provider.talk = talk
        assert isinstance(session.send(PAYLOAD, "one", 5), Accepted)
        first_line[0].socket.shutdown(2)
        time.sleep(0.05)
        assert isinstance(session.send(PAYLOAD, "two", 5), Accepted)
    assert provider.connections == 2
    assert len(provider.messages) == 2


@moods("refuses_the_message")
def test_after_a_refusal_the_session_goes_on(stage: Stage, talk: Talk) -> None:
    with serving(talk) as provider, stage.open_at("127.0.0.1", provider.port) as session:
        session.send(PAYLOAD, "one", 2)
        provider.talk = stage.kind
        assert isinstance(session.send(PAYLOAD, "two", 2), Accepted | Rejected)
        session.close()
        assert isinstance(session.send(PAYLOAD, "three", 2), Accepted)


@each_stage
def test_checking_sends_nothing(stage: Stage) -> None:
    with serving(stage.kind) as provider, stage.open_at("127.0.0.1", provider.port) as session:
        assert session.check(2) is None
    assert provider.messages == []


@each_stage
@given(
    words=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.from_regex(rb"[0-9]{3}[ -][ -~]{0,20}\r\n", fullmatch=True),
            st.from_regex(
                rb"HTTP/1\.[01] [0-9]{3} OK\r\nContent-Length: [0-9]{1,3}\r\n\r\n[ -~]{0,40}", fullmatch=True
            ),
        ),
        max_size=8,
    ),
    body=st.binary(max_size=300),
    address=st.text(max_size=40),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.slow
def test_send_never_raises(stage: Stage, words: list[bytes], body: bytes, address: str) -> None:
    def talk(line: Line) -> None:
        for one in words:
            line.say(one)
            line.socket.settimeout(0.02)
            try:
                line.socket.recv(65536)
            except TimeoutError:
                continue

    outcome = outcome_of(stage, talk, Payload(address, address, body), timeout=0.1)
    assert isinstance(outcome, Accepted | Rejected | Retry | Unknown)
    # Foreseen, all of it: the net under `send` caught nothing.
    assert not getattr(outcome, "reason", "").startswith(Trouble.INTERNAL)


def test_every_connector_that_sends_has_a_stage() -> None:
    assert stages.without() == []


@each_stage
def test_rendering_is_pure_and_whole(stage: Stage) -> None:
    connector = registry.get(stage.key)
    prepared = connector.prepare(CONTENT, stage.config)
    envelope = replace(ENVELOPE, to=stage.to)
    payload = prepared.render(envelope)
    assert payload == prepared.render(envelope) == connector.prepare(CONTENT, stage.config).render(envelope)
    assert payload.to == stage.to
    read = stage.read(payload)
    assert read["text"].rstrip("\n") == "Dear 王<小>明,\n.\nline"
    if connector.caps.html:
        assert prepared.fields == {"name", "link"}
        assert payload.sender == "news@example.com"
        assert read["subject"] == "王<小>明，夏日上新"
        assert read["html"] == ("<p>Dear 王&lt;小&gt;明</p><a href='https://shop.test/?a=1&amp;b=2'>x</a>")
    else:
        assert prepared.fields == {"name"}


@each_stage
def test_never_half_a_message(stage: Stage) -> None:
    prepared = registry.get(stage.key).prepare(CONTENT, stage.config)
    with pytest.raises(CannotRender, match="missing_name"):
        prepared.render(replace(ENVELOPE, to=stage.to, fields={"link": "only"}))
    for address in stage.unusable:
        with pytest.raises(CannotRender, match="address"):
            prepared.render(replace(ENVELOPE, to=address))


@each_stage
def test_no_key_breaks_out_of_its_place(stage: Stage) -> None:
    prepared = registry.get(stage.key).prepare(CONTENT, stage.config)
    for key in ("", "a b", "a\r\nX: y", "x" * 300):
        if stage.key == "sandbox_http":
            continue  # its key goes in a header, quoted
        with pytest.raises(CannotRender, match="key"):
            prepared.render(replace(ENVELOPE, to=stage.to, key=key))


@pytest.mark.parametrize("connector", registry.every(), ids=lambda one: one.key)
def test_every_setting_has_its_place_on_the_page(connector: Connector) -> None:
    form = connector.config_form
    placed = [name for _, rows in form.groups for row in rows for name in row]
    assert sorted(placed) == sorted(form.base_fields)
    assert set(form.secret) <= set(form.base_fields)
