"""A real mail server inside the test process, and a segment of everybody."""

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from channels import factories
from channels.campaigns import services
from channels.campaigns.models import Campaign
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.models import Channel
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.factories import customer
from customers.models import Customer
from segments.factories import segment
from segments.models import Segment

EVERYBODY = {
    "match": "all",
    "rules": [{"fact": "profile.kind", "op": "any_of", "value": ["person", "organisation"]}],
}


class Sink:
    """Takes every mail, unless told what to answer. `before` is called when a message has arrived."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[tuple[str, bytes]] = []
        self.answers: dict[str, str] = {}
        self.before: Callable[[], None] = lambda: None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.before()
        assert isinstance(envelope.content, bytes)
        self.mails.append((envelope.rcpt_tos[0], envelope.content))
        return "250 OK"

    @property
    def counts(self) -> Counter[str]:
        return Counter(address for address, _mail in self.mails)

    def mail(self, address: str) -> EmailMessage:
        (found,) = (mail for to, mail in self.mails if to == address)
        message = message_from_bytes(found, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


def body_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part
    return str(part.get_content())


@pytest.fixture
def sink() -> Iterator[Sink]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        sink = Sink(port=free.getsockname()[1])
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    yield sink
    controller.stop()


@pytest.fixture
def channel(sink: Sink) -> Channel:
    """A channel whose mail server is the sink."""
    config = {
        "host": "127.0.0.1",
        "port": sink.port,
        "security": "none",
        "from_address": "news@example.com",
        "from_name": "澜山生活",
    }
    return factories.channel(connector="smtp", config=config)


@pytest.fixture
def marketer() -> User:
    return user(Role.MARKETING)


@pytest.fixture
def everybody() -> Segment:
    return segment(rule=EVERYBODY)


def draft(channel: Channel, everybody: Segment, marketer: User, **fields: Any) -> Campaign:
    return factories.campaign(channel=channel, segment=everybody, created_by=marketer, **fields)


@pytest.fixture
def campaign(channel: Channel, everybody: Segment, marketer: User) -> Campaign:
    return draft(channel, everybody, marketer)


@pytest.fixture
def make_campaign(
    channel: Channel, everybody: Segment, marketer: User
) -> Callable[[int], tuple[Campaign, set[str]]]:
    """New campaigns to new people of their own, for tests that need many."""

    def make(number: int) -> tuple[Campaign, set[str]]:
        Customer.objects.update(deleted_at=timezone.now())
        mark = Customer.objects.count()
        made = people(number, prefix=f"{mark}-")
        return draft(channel, everybody, marketer), {one.email for one in made}

    return make


def people(number: int, *, prefix: str = "c", **fields: Any) -> list[Customer]:
    """So many customers who allow marketing by e-mail."""
    made = [customer(**{"email": f"{prefix}{index}@example.com", **fields}) for index in range(number)]
    for one in made:
        consent.grant(one, Purpose.MARKETING, "email", source="test", at=timezone.now())
    return made


def launch(campaign: Campaign) -> Campaign:
    """Launched and planned, nothing sent yet."""
    from channels.campaigns import planning

    services.launch(campaign, by=campaign.created_by)
    planning.materialise(campaign.pk)
    campaign.refresh_from_db()
    return campaign
