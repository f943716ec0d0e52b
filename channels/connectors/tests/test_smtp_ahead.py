"""Messages announced together with the end of the one before, to servers that offer PIPELINING."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from channels.connectors.base import Accepted, Outcome, Payload, Rejected
from channels.connectors.smtp import Server, SmtpSession
from channels.connectors.tests.test_smtp import Mailbox, serving


class Eager(Mailbox):
    """Offers pipelining, refuses whom it is told to, and notes over how many lines the mails came."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: set[int] = set()
        self.commands: list[str] = []
        self.refused: set[str] = set()
        self.hangs_up_on = ""

    async def handle_EHLO(
        self, server: SMTP, session: Any, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.lines.add(id(session))
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(address)
        if address == self.hangs_up_on:
            self.hangs_up_on = ""
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def mailbox() -> Eager:
    return Eager()


@pytest.fixture
def session(mailbox: Eager) -> Iterator[SmtpSession]:
    with serving(mailbox) as port, SmtpSession(Server("127.0.0.1", port)) as session:
        yield session


def mail(number: int) -> Payload:
    return Payload("a@example.com", f"{number}@example.com", b"Subject: %d\r\n\r\n.\r\nend\r\n" % number)


def send(session: SmtpSession, mails: Sequence[Payload]) -> list[Outcome]:
    """One after the other, each told which comes next."""
    outcomes = []
    for place, one in enumerate(mails):
        session.expected = mails[place + 1] if place + 1 < len(mails) else None
        outcomes.append(session.send(one, "key", 5))
    return outcomes


def arrived(mailbox: Eager) -> list[tuple[str, bytes]]:
    return [(one.rcpt_tos[0], one.content) for one in mailbox.envelopes if isinstance(one.content, bytes)]


def test_the_server_gets_every_byte_in_order(mailbox: Eager, session: SmtpSession) -> None:
    mails = [mail(number) for number in range(5)]
    assert all(isinstance(outcome, Accepted) for outcome in send(session, mails))
    assert arrived(mailbox) == [(one.to, one.data) for one in mails]
    assert len(mailbox.lines) == 1


def test_a_recipient_who_is_refused_ahead_is_refused_alone(mailbox: Eager, session: SmtpSession) -> None:
    mailbox.refused = {"1@example.com", "3@example.com"}
    outcomes = send(session, [mail(number) for number in range(5)])
    assert [isinstance(outcome, Rejected) for outcome in outcomes] == [False, True, False, True, False]
    assert [to for to, _data in arrived(mailbox)] == ["0@example.com", "2@example.com", "4@example.com"]


def test_what_was_announced_and_does_not_come_leaves_no_mail(mailbox: Eager, session: SmtpSession) -> None:
    session.expected = mail(1)
    assert isinstance(session.send(mail(0), "key", 5), Accepted)
    assert isinstance(session.send(mail(2), "key", 5), Accepted)
    assert [to for to, _data in arrived(mailbox)] == ["0@example.com", "2@example.com"]
    assert "1@example.com" in mailbox.commands
    assert len(mailbox.lines) == 2


def test_a_session_that_ends_after_announcing_sends_no_more(mailbox: Eager, session: SmtpSession) -> None:
    session.expected = mail(1)
    session.send(mail(0), "key", 5)
    session.close()
    assert isinstance(session.send(mail(2), "key", 5), Accepted)
    assert [to for to, _data in arrived(mailbox)] == ["0@example.com", "2@example.com"]


def test_a_server_that_hangs_up_after_a_message_is_called_again(mailbox: Eager, session: SmtpSession) -> None:
    mailbox.hangs_up_on = "1@example.com"
    outcomes = send(session, [mail(number) for number in range(3)])
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert [to for to, _data in arrived(mailbox)] == [f"{number}@example.com" for number in range(3)]
    assert len(mailbox.lines) == 2


def test_an_address_that_would_bring_commands_along_is_not_announced(
    mailbox: Eager, session: SmtpSession
) -> None:
    bad = Payload("a@example.com", "b@example.com>\r\nRSET", b"x\r\n")
    outcomes = send(session, [mail(0), bad, mail(1)])
    assert [isinstance(outcome, Rejected) for outcome in outcomes] == [False, True, False]
    assert len(arrived(mailbox)) == 2
