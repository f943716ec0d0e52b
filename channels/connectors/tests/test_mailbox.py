"""A mailbox on a real IMAP server, answered through a real SMTP line."""

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from channels import factories, secrets
from channels import services as channels
from channels.connectors import imap
from channels.connectors.arriving import Incoming, Pulled
from channels.connectors.base import Accepted, Content, Envelope, Retry, Trouble
from channels.connectors.files import Enclosed
from channels.connectors.imap import Account
from channels.connectors.mailbox import Mailbox, MailboxForm
from channels.connectors.marks import key_in, reply_address
from channels.connectors.smtp import Security
from channels.connectors.tests.providers import closed_port, serving, smtp
from channels.inbound import fetching, ingesting
from channels.inbound.models import Cursor, Event
from channels.inbox.models import Message
from channels.models import Channel
from customers.factories import customer

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
PASSWORD = "secret"


class Server:
    """What a mail server does on its own side."""

    def __init__(self, port: int) -> None:
        self.port = port

    def account(self, **changes: Any) -> Account:
        fields = {"host": "127.0.0.1", "port": self.port, "security": Security.NONE, "user": "help"}
        return Account(**{**fields, "password": PASSWORD, "patience": 5, **changes})

    def client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login("help", PASSWORD)
        return client

    def gets(self, *mails: bytes) -> None:
        client = self.client()
        for mail in mails:
            assert client.append("INBOX", "", "", mail)[0] == "OK"
        client.logout()

    def flags(self) -> list[bytes]:
        client = self.client()
        client.select("INBOX", readonly=True)
        found = [one for one in client.fetch("1:*", "(FLAGS)")[1] if isinstance(one, bytes)]
        client.logout()
        return found

    def empty(self) -> None:
        client = self.client()
        client.select("INBOX")
        client.store("1:*", "+FLAGS", "\\Deleted")
        client.expunge()
        client.logout()


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    port = closed_port()
    program = Path(sys.executable).with_name("pymap")
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "--no-service", "admin"]
    account = ["dict", "--demo-user", "help", "--demo-password", PASSWORD]
    with subprocess.Popen([program, *arguments, *account], stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield Server(port)
        finally:
            process.terminate()


@pytest.fixture
def server(running: Server) -> Server:
    running.empty()
    return running


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the IMAP server did not start")


def mail(number: int = 1, **headers: str) -> bytes:
    lines = {
        "From": "Ann <ann@example.com>",
        "To": "help@shop.test",
        "Subject": f"Question {number}",
        "Message-ID": f"<{number}@example.com>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return head.encode() + f"\r\nText {number}\r\n".encode()


def channel_on(server: Server, smtp_port: int = 1, **config: Any) -> Channel:
    settings = {
        "from_address": "help@shop.test",
        "host": "127.0.0.1",
        "port": smtp_port,
        "security": "none",
        "user": "",
        "imap_host": "127.0.0.1",
        "imap_port": server.port,
        "imap_security": "none",
        "timeout": 5,
    }
    return factories.channel(
        connector="mailbox",
        config={**settings, **config},
        secret=secrets.seal({"password": PASSWORD}),
    )


def fetch(channel: Channel) -> None:
    Cursor.objects.filter(channel=channel).update(due_at=timezone.now())
    fetching.fetch(channel.pk)
    ingesting.drain()


def subjects(pulled: Pulled) -> list[str]:
    return [str(message_from_bytes(imap.arrival(one.raw)[2])["Subject"]) for one in pulled.records]


def test_what_is_new_comes_once_and_stays_as_it_was(server: Server) -> None:
    account = server.account()
    server.gets(mail(1), mail(2))
    first = imap.pull(account, {})
    assert subjects(first) == ["Question 1", "Question 2"]
    assert not first.trouble
    assert not imap.pull(account, first.cursor).records
    server.gets(mail(3))
    assert subjects(imap.pull(account, first.cursor)) == ["Question 3"]
    assert len(server.flags()) == 3
    assert not any(b"Seen" in one or b"Deleted" in one for one in server.flags())


def test_an_empty_mailbox_begins_with_what_comes(server: Server) -> None:
    empty = imap.pull(server.account(), {})
    assert empty.cursor["uid"] > 0
    server.gets(mail(1))
    assert subjects(imap.pull(server.account(), empty.cursor)) == ["Question 1"]


def test_many_come_in_bounded_pieces(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "MOST_MAILS", 2)
    server.gets(*(mail(number) for number in range(5)))
    cursor: dict[str, Any] = {}
    found: list[str] = []
    turns = 0
    more = True
    while more:
        pulled = imap.pull(server.account(), cursor)
        cursor, more = dict(pulled.cursor), pulled.more
        found += subjects(pulled)
        turns += 1
    assert found == [f"Question {number}" for number in range(5)]
    assert turns == 3


def test_a_large_one_comes_alone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "MOST_BYTES", 300)
    server.gets(*(mail(number) for number in range(3)))
    first = imap.pull(server.account(), {})
    assert first.more
    assert 1 <= len(first.records) < 3


def test_of_a_huge_one_the_beginning_is_fetched_and_said(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LARGEST", 1_000)
    monkeypatch.setattr(imap, "BEGINNING", 500)
    server.gets(mail(1) + b"x" * 5_000)
    (record,) = imap.pull(server.account(), {}).records
    (found,) = Mailbox().parse(record.raw, {}, {})
    assert isinstance(found, Incoming)
    assert found.data["troubles"] == ["large"]
    assert found.subject == "Question 1"


def test_a_server_that_numbers_anew_is_read_again(server: Server) -> None:
    server.gets(mail(1), mail(2))
    first = imap.pull(server.account(), {})
    changed = {**first.cursor, "validity": 7, "uid": 4711}
    again = imap.pull(server.account(), changed)
    assert [one.dedupe_key for one in again.records] == [one.dedupe_key for one in first.records]
    assert again.cursor["uid"] == first.cursor["uid"]


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"password": "wrong"}, Trouble.SIGN_IN),
        ({"folder": "Nowhere"}, Trouble.SETUP),
        ({"port": 1}, Trouble.REFUSED),
        ({"host": "nowhere.invalid"}, Trouble.NO_HOST),
        ({"security": Security.TLS, "patience": 2}, Trouble.TLS),
    ],
)
def test_what_is_wrong_is_said(server: Server, changes: dict[str, Any], trouble: Trouble) -> None:
    account = server.account(**changes)
    assert imap.check(account).startswith(trouble)
    pulled = imap.pull(account, {"uid": 3, "validity": 1})
    assert pulled.trouble.startswith(trouble)
    assert pulled.cursor == {"uid": 3, "validity": 1}


def test_the_test_of_the_connection_asks_both_servers(server: Server) -> None:
    with serving(smtp()) as provider:
        assert channels.check(channel_on(server, provider.port, user="")) is not None
        config = {"user": "help"}
        with Mailbox().open(_settings(server, provider.port, **config), {"password": PASSWORD}) as session:
            # The SMTP server of this test wants no sign-in.
            session._server = type(session._server)("127.0.0.1", provider.port)  # type: ignore[attr-defined]
            assert session.check(5) is None
    with serving(smtp(greeting=b"554 no\r\n")) as provider:
        trouble = channels.check(channel_on(server, provider.port))
        assert isinstance(trouble, Retry)


def _settings(server: Server, port: int, **config: Any) -> dict[str, Any]:
    return {**channel_on(server, port).config, **config}


def test_a_crash_between_storing_and_moving_on_loses_and_doubles_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = channel_on(server, user="help")
    server.gets(mail(1), mail(2))

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_note", crash)
        with pytest.raises(KeyboardInterrupt):
            fetching.fetch(channel.pk)
    assert not Event.objects.exists()
    fetch(channel)
    Cursor.objects.update(position={})
    fetch(channel)
    assert Event.objects.count() == 2
    assert Message.objects.count() == 2


def test_a_conversation_goes_there_and_back(server: Server) -> None:
    customer(name="Ann", email="ann@example.com")
    with serving(smtp()) as provider:
        channel = channel_on(server, provider.port, user="help", replies="help@shop.test")
        server.gets(mail(1))
        fetch(channel)
        question = Message.objects.get()
        assert question.text == "Text 1"
        conversation = question.conversation
        answer = Envelope(
            to="ann@example.com",
            key="5d1f1c9e5d2f4c0f8c7e1f2a3b4c5d6e",
            at=timezone.now(),
            fields={},
            reply_to=reply_address(conversation.token, "help@shop.test"),
            in_reply_to=question.external_id,
            references=(question.external_id,),
            files=(Enclosed("报价.pdf", "application/pdf", b"%PDF-1.7"),),
        )
        prepared = Mailbox().prepare(Content("Re: Question 1", "Answer"), channel.config)
        with Mailbox().open({**channel.config, "user": ""}, {}) as session:
            assert isinstance(session.send(prepared.render(answer), answer.key, 5), Accepted)
    sent = message_from_bytes(provider.messages[0], policy=policy.default)
    assert sent["In-Reply-To"] == sent["References"] == "<1@example.com>"
    assert key_in(sent["Message-ID"]) == answer.key
    assert [part.get_filename() for part in sent.iter_attachments()] == ["报价.pdf"]
    server.gets(
        mail(2, Subject="anything", To=sent["Reply-To"]),
        mail(3, Subject="anything", In_Reply_To="<2@example.com>"),
        mail(4, From="eve@example.com", To=sent["Reply-To"]),
    )
    fetch(channel)
    said = Message.objects.filter(direction="in").order_by("external_id")
    assert [one.conversation_id == conversation.pk for one in said] == [True, True, True, False]


def test_the_same_mail_to_two_mailboxes_reaches_both(server: Server) -> None:
    server.gets(mail(1))
    for _ in range(2):
        fetch(channel_on(server, user="help"))
    assert Message.objects.count() == 2


def test_a_stored_password_goes_to_no_other_server(server: Server) -> None:
    stored = {
        **_settings(server, 25, user="help", folder="INBOX", days=7, from_name="", reply_to="", replies=""),
    }
    same = MailboxForm({**stored, "password": ""}, stored=stored, has_secret=True)
    assert same.is_valid(), same.errors
    for change in ({"imap_host": "localhost"}, {"imap_port": 143}, {"host": "localhost"}, {"user": "x"}):
        form = MailboxForm({**stored, **change, "password": ""}, stored=stored, has_secret=True)
        assert not form.is_valid()
        assert "password" in form.errors
    far = MailboxForm({**stored, "imap_host": "mail.example.com"}, stored=stored, has_secret=True)
    assert "imap_security" in far.errors
