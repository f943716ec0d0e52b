"""How long a short text will be, while it is being written."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from channels import sms
from channels.campaigns import body, texts
from channels.campaigns.message import public_url
from channels.campaigns.placeholders import NotUnderstood, Person, value
from channels.connectors.fields import Slots
from channels.models import Channel
from crm.accounts.models import User

# Stands for what a colleague does not have and customers do.
UNKNOWN = "……"
LINK = UUID(int=0)


@dataclass(frozen=True)
class Typed:
    text: str
    channel: Channel | None
    purpose: str


@dataclass(frozen=True)
class Counted:
    """`text` is what would be read; `problem` says why nothing can be."""

    text: str = ""
    length: sms.Length | None = None
    is_sms: bool = False
    problem: str = ""


def count(typed: Typed, by: User) -> Counted:
    if typed.channel is None or not typed.text.strip():
        return Counted()
    try:
        read = body.read(typed.text)
    except NotUnderstood as problem:
        return Counted(problem=str(problem))
    person = Person(name=by.name, language=settings.LANGUAGE_CODE)
    fields = {name: value(slot, person) or UNKNOWN for name, slot in read.slots.items()}
    fields |= {f"link_{place}": public_url("click", LINK, place) for place in range(1, len(read.links) + 1)}
    kind = typed.channel.kind
    whole = texts.with_way_out(read.text, kind, typed.purpose, _language(read.text))
    text = Slots(whole).fill(fields, str)
    return Counted(text, sms.length(text), is_sms=kind == "sms")


def _language(text: str) -> str:
    """In which the way out is likely to be read: that of the text."""
    chinese, english = (code for code, _name in settings.LANGUAGES)
    return english if sms.length(text).is_gsm else chinese
