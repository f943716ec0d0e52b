"""The sandbox from the outside: what it keeps, what it says, how it misbehaves."""

import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from channels import services
from channels.connectors.base import Accepted, Content, Envelope, Outcome, Payload, Rejected, Retry, Unknown
from channels.models import Channel
from channels.sandbox import location
from channels.sandbox.location import Location
from channels.sandbox.misbehaving import Mood
from channels.sandbox.models import Faults, SandboxMessage
from channels.sandbox.reading import letter
from channels.sandbox.server import Sandbox, free_socket

pytestmark = pytest.mark.slow
each_channel = pytest.mark.parametrize("key", ["sandbox_smtp", "sandbox_http"])
CONTENT = Content("{{ name }}，夏日上新", "Dear {{ name }}", "<p>Dear {{ name }}</p>")


def channel(key: str) -> Channel:
    return next(one for one in services.ensure_sandbox_channels() if one.connector == key)


def payload(of: Channel, number: int = 1, to: str = "ann@example.com") -> Payload:
    fields = {"name": "王小明"}
    envelope = Envelope(to=to, key=f"key-{number}", at=timezone.now(), fields=fields, to_name="王小明")
    return services.prepare(of, CONTENT).render(envelope)


def send(of: Channel, number: int = 1, to: str = "ann@example.com", timeout: float = 10) -> Outcome:
    with services.open_session(of) as session:
        return session.send(payload(of, number, to), f"key-{number}", timeout)


def misbehave(sandbox: Sandbox, **faults: Any) -> None:
    """Edits the faults and waits until the running sandbox has seen them."""
    Faults.objects.update_or_create(pk=1, defaults=faults)
    wanted = Mood(**{**faults, "delay": faults.get("delay", 0) / 1000})
    end = time.monotonic() + 10
    while sandbox.smtp.mood != wanted and time.monotonic() < end:
        time.sleep(0.02)
    assert sandbox.smtp.mood == sandbox.http.mood == wanted


@each_channel
def test_what_is_accepted_is_already_kept(sandbox: Sandbox, key: str) -> None:
    one = channel(key)
    sent = payload(one)
    assert isinstance(send(one), Accepted)
    message = SandboxMessage.objects.get()
    assert f"sandbox_{message.protocol}" == key
    assert message.key == "key-1"
    assert message.subject == "王小明，夏日上新"
    assert (message.sender, message.recipient) == ("news@example.com", "ann@example.com")
    assert message.answered
    if message.protocol == "http":
        assert bytes(message.raw) == sent.data
    read = letter(bytes(message.raw), message.protocol)
    assert (read.text.strip(), read.html.strip()) == ("Dear 王小明", "<p>Dear 王小明</p>")


def test_the_same_key_over_http_is_the_same_message(sandbox: Sandbox) -> None:
    one = channel("sandbox_http")
    first, second = send(one), send(one)
    assert first == second
    assert isinstance(first, Accepted)
    assert SandboxMessage.objects.count() == 1


def test_the_same_key_with_another_text_is_refused(sandbox: Sandbox) -> None:
    one = channel("sandbox_http")
    send(one)
    outcome = send(one, to="bob@example.com")
    assert isinstance(outcome, Rejected)
    assert not outcome.permanent
    assert SandboxMessage.objects.count() == 1


def test_smtp_knows_no_keys_so_doubles_are_counted(sandbox: Sandbox) -> None:
    one = channel("sandbox_smtp")
    assert isinstance(send(one), Accepted)
    assert isinstance(send(one), Accepted)
    assert SandboxMessage.objects.filter(key="key-1").count() == 2


@each_channel
def test_a_temporary_no(sandbox: Sandbox, key: str) -> None:
    misbehave(sandbox, temporary=100)
    assert isinstance(send(channel(key)), Retry)
    assert not SandboxMessage.objects.exists()


@each_channel
def test_bounces(sandbox: Sandbox, key: str) -> None:
    outcome = send(channel(key), to="bounce-7@example.com")
    assert isinstance(outcome, Rejected)
    assert outcome.permanent
    misbehave(sandbox, permanent=0)
    assert isinstance(send(channel(key), to="bounce-7@example.com"), Accepted)
    assert SandboxMessage.objects.count() == 1


@each_channel
def test_accepted_but_not_told(sandbox: Sandbox, key: str) -> None:
    misbehave(sandbox, dropped=100)
    assert isinstance(send(channel(key)), Unknown)
    assert not SandboxMessage.objects.get().answered


def test_a_key_makes_another_try_safe(sandbox: Sandbox) -> None:
    one = channel("sandbox_http")
    misbehave(sandbox, dropped=100)
    assert isinstance(send(one), Unknown)
    misbehave(sandbox, dropped=0)
    assert isinstance(send(one), Accepted)
    assert SandboxMessage.objects.count() == 1


def test_errors_before_and_after_the_message_is_kept(sandbox: Sandbox) -> None:
    http, smtp = channel("sandbox_http"), channel("sandbox_smtp")
    misbehave(sandbox, failing=100)
    assert isinstance(send(http), Unknown)
    assert isinstance(send(smtp), Retry)
    assert SandboxMessage.objects.count() == 0
    misbehave(sandbox, failing=0, erring=100)
    assert isinstance(send(http), Unknown)
    assert SandboxMessage.objects.get().answered
    misbehave(sandbox, erring=0, twins=100)
    assert send(http) == send(http, 2)
    assert SandboxMessage.objects.count() == 2


def test_an_answer_drop_by_drop_is_an_answer(sandbox: Sandbox) -> None:
    misbehave(sandbox, dripping=100)
    assert isinstance(send(channel("sandbox_http")), Accepted)


@each_channel
def test_a_line_that_breaks_after_the_answer_may_take_the_answer_along(sandbox: Sandbox, key: str) -> None:
    misbehave(sandbox, cut=100)
    one = channel(key)
    outcomes = []
    for number in range(3):
        with services.open_session(one) as session:
            outcomes.append(session.send(payload(one, number), f"key-{number}", 10))
    assert all(isinstance(outcome, Accepted | Unknown) for outcome in outcomes)
    assert SandboxMessage.objects.count() == 3


@each_channel
def test_who_goes_on_over_a_line_that_broke_is_never_told_a_lie(sandbox: Sandbox, key: str) -> None:
    """What is to be tried again has not arrived, and what was accepted has."""
    misbehave(sandbox, cut=100)
    one = channel(key)
    with services.open_session(one) as session:
        outcomes = [session.send(payload(one, number), f"key-{number}", 10) for number in range(6)]
    accepted, unknown = (sum(isinstance(told, kind) for told in outcomes) for kind in (Accepted, Unknown))
    assert accepted <= SandboxMessage.objects.count() <= accepted + unknown
    assert all(isinstance(told, Accepted | Unknown | Retry) for told in outcomes)


@each_channel
def test_refused_connections_and_back(sandbox: Sandbox, key: str) -> None:
    one = channel(key)
    with services.open_session(one) as session:
        assert isinstance(session.send(payload(one), "key-1", 5), Accepted)
        misbehave(sandbox, refused=True)
        outcome = session.send(payload(one, 2), "key-2", 5)
        assert isinstance(outcome, Retry)
        assert outcome.channel_down
        misbehave(sandbox, refused=False)
        outcome = session.send(payload(one, 2), "key-2", 5)
        end = time.monotonic() + 5
        while isinstance(outcome, Retry) and time.monotonic() < end:
            outcome = session.send(payload(one, 2), "key-2", 5)
        assert isinstance(outcome, Accepted)
    assert SandboxMessage.objects.count() == 2


@each_channel
def test_a_slow_answer_outlives_our_patience(sandbox: Sandbox, key: str) -> None:
    misbehave(sandbox, delay=800)
    assert isinstance(send(channel(key), timeout=0.3), Unknown)
    assert isinstance(send(channel(key), number=2, timeout=10), Accepted)


@each_channel
def test_without_the_database_nothing_is_accepted(sandbox: Sandbox, key: str) -> None:
    one = channel(key)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sandbox_sandboxmessage RENAME TO elsewhere")
    try:
        assert isinstance(send(one), Retry)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO sandbox_sandboxmessage")
    assert isinstance(send(one), Accepted)


@each_channel
def test_many_at_once_arrive_once_each(sandbox: Sandbox, key: str) -> None:
    one = channel(key)

    def line(start: int) -> list[Outcome]:
        try:
            with services.open_session(one) as session:
                return [session.send(payload(one, n), f"key-{n}", 20) for n in range(start, start + 40)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        outcomes = [outcome for some in pool.map(line, range(0, 240, 40)) for outcome in some]
    assert {type(outcome) for outcome in outcomes} == {Accepted}
    assert SandboxMessage.objects.count() == 240
    assert SandboxMessage.objects.values("key").distinct().count() == 240


def test_one_row_per_recipient_and_dots_as_they_were(sandbox: Sandbox) -> None:
    said = smtp_talk(
        sandbox,
        [b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<c@d.test>", b"RCPT TO:<E@d.test>", b"DATA"],
        b"Subject: x\r\n\r\n..\r\n...\r\nend.\r\n.\r\n",
    )
    assert said[-1].startswith(b"250")
    assert {row.recipient for row in SandboxMessage.objects.all()} == {"c@d.test", "e@d.test"}
    kept = {bytes(row.raw) for row in SandboxMessage.objects.all()}
    assert kept == {b"Subject: x\r\n\r\n.\r\n..\r\nend.\r\n"}


@pytest.mark.parametrize(
    "body", [b".\r\n", b"\r\n.\r\n", b"x\r\n.\r\n", b"Subject: \x00\xff\r\nMessage-ID: <\x00>\r\n\r\n.\r\n"]
)
def test_odd_messages_are_kept(sandbox: Sandbox, body: bytes) -> None:
    said = smtp_talk(sandbox, [b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<c@d.test>", b"DATA"], body)
    assert said[-1].startswith(b"250")
    assert bytes(SandboxMessage.objects.get().raw) == body.removesuffix(b".\r\n")


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        ([b"EHLO x", b"DATA"], b"503"),
        ([b"EHLO x", b"MAIL FROM:<a@b.test>", b"DATA"], b"503"),
        ([b"EHLO x", b"MAIL FROM:<a@b.test>", b"RCPT TO:<" + b"x" * 600 + b"@d.test>"], b"5"),
        ([b"EHLO x", b"MAIL FROM:<a@@b>"], b"5"),
        ([b"\x00\xff"], b"5"),
        ([b"x" * 100_000], b"5"),
    ],
)
def test_odd_commands_are_refused(sandbox: Sandbox, commands: list[bytes], code: bytes) -> None:
    assert smtp_talk(sandbox, commands)[-1].startswith(code)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 200),
        (b"GET /x HTTP/1.1\r\n\r\n", 404),
        (b"\r\n\r\n", 404),
        (b"POST /messages HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 400),
        (b'POST /messages HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"to": 1}', 400),
        (b"POST /messages HTTP/1.1\r\nContent-Length: 3\r\n\r\n\xff\xff\xff", 400),
        (b"POST /messages HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 413),
        (b"POST /messages HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"POST /messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 413),
        (b"POST /messages HTTP/1.1\r\nContent-Length: 19\r\n\r\n" + b'{"to": "a\\u0000\\ud800"}'[:19], 400),
    ],
)
def test_odd_requests_are_refused(sandbox: Sandbox, request_bytes: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", sandbox.location.http_port), 5) as line:
        line.sendall(request_bytes)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        assert answer.status == status
        json.loads(answer.read())


def test_hostile_words_spoil_no_batch(sandbox: Sandbox) -> None:
    body = json.dumps({"to": "a\x00\ud800@b.test", "subject": "\x00\udfff", "from": ["x"]}).encode()
    line = http.client.HTTPConnection("127.0.0.1", sandbox.location.http_port, timeout=5)
    line.request("POST", "/messages", body, {"Idempotency-Key": "x" * 9000})
    assert line.getresponse().status == 200
    line.close()
    assert SandboxMessage.objects.get().recipient == "a?@b.test"


def test_a_taken_port_is_passed_over_and_written_down(sandbox: Sandbox) -> None:
    """The fixture asks for 20000 and 30000; a second sandbox must take others."""
    here = sandbox.location
    assert location.current() == here
    with free_socket(here.smtp_port) as other:
        assert here.smtp_port < other.getsockname()[1] <= here.smtp_port + 100


def test_a_stopped_sandbox_leaves_no_address_behind(settings: Any, tmp_path: Any) -> None:
    settings.VAR = tmp_path
    settings.SANDBOX_SMTP_PORT, settings.SANDBOX_HTTP_PORT = 1, 2
    assert location.current() == Location(1, 2)
    location.write(Location(3, 4))
    assert location.current() == Location(3, 4)
    location.forget(Location(9, 9))
    assert location.current() == Location(3, 4)
    location.forget(Location(3, 4))
    assert location.current() == Location(1, 2)
    (tmp_path / "run" / "sandbox.json").write_text("[1]")
    assert location.current() == Location(1, 2)


def smtp_talk(sandbox: Sandbox, commands: list[bytes], body: bytes = b"") -> list[bytes]:
    with socket.create_connection(("127.0.0.1", sandbox.location.smtp_port), 5) as line:
        words = line.makefile("rb")
        said = [words.readline()]
        for command in commands:
            line.sendall(command + b"\r\n")
            while (answer := words.readline())[3:4] == b"-":
                pass
            said.append(answer)
        if body:
            line.sendall(body)
            said.append(words.readline())
        words.close()
    return said
