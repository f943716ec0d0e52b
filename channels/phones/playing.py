"""What a played customer does: every word goes through the door by which a provider's call comes in."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from typing import Any
from uuid import uuid4

from channels.connectors.arriving import Request
from channels.inbound import services as inbound
from channels.models import Channel
from channels.phones.personas import Persona
from channels.sandbox import playing
from channels.sandbox.models import SandboxMessage
from channels.sandbox.playing import Person, Said
from channels.sandbox.reading import letter

MAIL = "sandbox_smtp"
# On pages of their own, in which one plays as a visitor does.
ON_PAGES = ("chat", "webform")


def is_played(channel: Channel) -> bool:
    """Only what ends in the sandbox is played: real accounts hear real people only."""
    if channel.connector == MAIL or channel.connector in ON_PAGES:
        return True
    return channel.config.get("sandbox") is True and playing.can_play(channel)


def say(channel: Channel, persona: Persona, text: str, *, subject: str = "") -> None:
    if channel.connector == MAIL:
        _mail(channel, persona, text, subject)
        return
    _call(channel, persona, Said(text))


def act(channel: Channel, persona: Persona, event: str, data: Mapping[str, Any], *, number: str = "") -> None:
    """A call, an order: what is no message."""
    _call(channel, persona, Said(event=event, data=data, number=number))


def _call(channel: Channel, persona: Persona, said: Said) -> None:
    request: Request = playing.payload(channel, said, Person(persona.address(channel), persona.name))
    answer = inbound.take(channel, request)
    if answer.status != 200:
        raise playing.CannotPlay(f"{channel.connector}: {answer.status}")


def _mail(channel: Channel, persona: Persona, text: str, subject: str) -> None:
    """As a mail program writes it: an answer to the last mail they got, if there is one."""
    mail = EmailMessage()
    mail["From"] = formataddr((persona.name, persona.email))
    mail["To"] = str(channel.config.get("from_address", ""))
    mail["Message-ID"] = f"<{uuid4().hex}@mail.example>"
    mail["Date"] = formatdate()
    last = (
        SandboxMessage.objects.filter(protocol="smtp", recipient=persona.email.lower())
        .order_by("-pk")
        .first()
    )
    head = dict(letter(bytes(last.raw), "smtp").headers) if last and not subject else {}
    if answered := head.get("Message-ID", "").strip():
        mail["In-Reply-To"] = mail["References"] = answered
        subject = head.get("Subject", "")
        subject = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    mail["Subject"] = " ".join(subject.split())
    mail.set_content(text)
    inbound.take_now(channel, mail.as_bytes(), str(mail["Message-ID"]))
