"""Consent for programs: where it stands, and one more act of allowing or withdrawing."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from channels.consent import services
from channels.consent.models import ConsentEntry, State
from channels.consent.standing import rows
from crm.accounts.http import get_visible
from crm.api.auth import ApiRequest, Bearer, asked_by
from crm.api.fields import Body, Id, Line300, Moment, Source, Word
from customers.models import Customer

router = Router(tags=[gettext_noop("Consent")])
Purpose = Literal["marketing", "service", "survey", "ads"]
Channel = Literal["email", "sms", "phone", "wechat", "whatsapp"]


class ConsentOut(BaseModel):
    """Where one purpose stands on one channel; without a state, nobody ever said anything."""

    purpose: str
    channel: str
    state: Literal["granted", "withdrawn", ""]
    allowed: bool
    at: datetime | None


class Consents(BaseModel):
    items: list[ConsentOut]


class ConsentIn(Body):
    """One act, with the proof of it."""

    purpose: Purpose
    channel: Channel
    state: Literal["granted", "withdrawn"]
    source: Source
    at: Moment | None = None
    text_version: Word = ""
    evidence: Annotated[dict[str, Line300], Field(max_length=20)] = {}


@router.get(
    "/customers/{int:pk}/consents",
    response=Consents,
    auth=Bearer("consent:read"),
    summary=gettext_noop("Read what a customer allows"),
)
def read_consents(request: HttpRequest, pk: Id) -> dict[str, Any]:
    return _standing(get_visible(Customer.objects.visible_to(asked_by(request).user), pk))


@router.post(
    "/customers/{int:pk}/consents",
    response={201: Consents},
    auth=Bearer("consent:write"),
    summary=gettext_noop("Record that a customer allowed or withdrew something"),
)
def record_consent(request: HttpRequest, pk: Id, asked: ConsentIn) -> Status[dict[str, Any]]:
    asker = asked_by(request)
    customer = get_visible(Customer.objects.visible_to(asker.user), pk)
    evidence = {**asked.evidence, "token": asker.token.prefix}
    if asked.at and _was_told(asker, customer, asked):
        return Status(201, _standing(customer))
    given: dict[str, Any] = {"source": asked.source, "at": asked.at, "evidence": evidence, "by": asker.user}
    if asked.state == State.GRANTED.value:
        services.grant(customer, asked.purpose, asked.channel, text_version=asked.text_version, **given)
    else:
        services.withdraw(customer, asked.purpose, asked.channel, **given)
    return Status(201, _standing(customer))


def _was_told(request: ApiRequest, customer: Customer, asked: ConsentIn) -> bool:
    """Whether this very act is in the ledger already: a request that is sent again adds nothing."""
    same = asked.model_dump(include={"purpose", "channel", "state", "source", "at"})
    return ConsentEntry.objects.visible_to(request.user).filter(customer=customer, **same).exists()


def _standing(customer: Customer) -> dict[str, Any]:
    return {
        "items": [
            {
                "purpose": cell.purpose,
                "channel": cell.channel,
                "state": cell.state,
                "allowed": cell.is_allowed,
                "at": cell.said.at if cell.said else None,
            }
            for row in rows(customer)
            for cell in row.cells
        ]
    }
