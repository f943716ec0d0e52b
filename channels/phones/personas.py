"""Who is played: one of the customers, or somebody nobody knows yet. Kept in the player's session."""

import hmac
import secrets
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings

from channels.connectors.arriving import Handle, Party
from channels.connectors.registry import NoSuchConnector
from channels.inbox import parties
from channels.models import Channel
from channels.services import connector_of
from customers.models import Customer

KEY = "phones"


@dataclass(frozen=True)
class Persona:
    name: str
    phone: str
    email: str
    # By which accounts of the sandbox know them.
    secret: str
    customer: int = 0

    def address(self, channel: Channel) -> str:
        """What the channel calls them; empty where they have no such thing."""
        kind = handle_of(channel)
        if kind == "email":
            return self.email
        if kind in ("", "phone", "whatsapp"):
            return self.phone
        # As long as a real openid, the same for the same person and account.
        seed = f"{self.secret}:{channel.pk}".encode()
        return f"o{hmac.digest(settings.SECRET_KEY.encode(), seed, sha256).hex()[:27]}"


def of_session(stored: Any) -> Persona | None:
    try:
        return Persona(**stored["persona"])
    except (KeyError, TypeError):
        return None


def stored(persona: Persona) -> dict[str, Any]:
    return {"persona": asdict(persona), "said": []}


def of_customer(customer: Customer) -> Persona:
    return Persona(customer.name, customer.phone, customer.email, f"customer {customer.pk}", customer.pk)


def newcomer(name: str) -> Persona:
    """Somebody with a number and an address that nobody has."""
    number = secrets.randbelow(10**8)
    return Persona(name, f"+86199{number:08}", f"guest{number:08}@mail.example", f"new {number}")


def introduce(customer: Customer, persona: Persona, channel: Channel) -> None:
    """Their account and their address are theirs: without this the channel may take them for somebody new."""
    kind, address = handle_of(channel), persona.address(channel)
    if kind and address:
        scope = connector_of(channel).scope(channel.config)
        parties.remember(customer, Party((Handle(kind, address, scope, is_verified=True),)), channel)


def handle_of(channel: Channel) -> str:
    try:
        return connector_of(channel).handle
    except NoSuchConnector:
        return ""
