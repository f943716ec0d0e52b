"""What a message step says where there is no room for a mail: a short text, in chats also a template of the
provider for those who did not write to us lately, or both. It says what a channel of a campaign says; its
links lead straight on and are not counted."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from channels.campaigns import choosing, texts
from channels.campaigns.message import fill
from channels.campaigns.models import Way
from channels.campaigns.placeholders import Person
from channels.campaigns.templating.models import Version
from channels.campaigns.wording import Form, Key, Wording
from channels.connectors.base import CannotRender
from channels.connectors.fields import Slots
from channels.journeys.said import Said
from channels.models import Channel

CHATS = ("whatsapp", "wechat")
KINDS = ("sms", *CHATS)
FREE, APPROVED = "free", "approved"
# Where a judge's rows say whether free text gets through: behind the customer's number.
OPENS = 1 + choosing.ALL.index("opens")


class Short:
    """Each form of a text is made once for all who read it."""

    def __init__(self, way: Way, purpose: str) -> None:
        """Raises NotUnderstood, and CannotRender where the provider's template is gone."""
        self._kind, self._purpose = way.channel.kind, purpose
        self._words = texts.wording_of(way) if texts.says_something(way) else None
        self._approved = texts.template_message(way)
        self._forms: dict[Key, Form] = {}
        asked = [one.fields for one in (self._words, self._approved) if one]
        self.fields = set[str]().union(*asked)
        self.segments = self._words.segments if self._words else set[int]()
        self.needs = texts.needs_of(way)

    def to(self, person: Person, way_out: str) -> Said:
        approved = self._filled(person)
        if self._words is not None:
            return Said("", self._written(self._words, person), instead=approved)
        if approved is None:
            raise CannotRender("empty")
        return Said("", approved["body"], fields=approved["fields"], template=approved["template"])

    def _written(self, words: Wording, person: Person) -> str:
        key = words.key_for(person)
        form = self._forms[key] = self._forms.get(key) or words.form(key)
        if not form.body.text.strip():
            raise CannotRender("empty")
        links = {f"link_{place}": url for place, url in enumerate(form.body.links, 1)}
        whole = texts.with_way_out(form.body.text, self._kind, self._purpose, form.language)
        return Slots(whole).fill(fill(form.body.slots, person) | links, str)

    def _filled(self, person: Person) -> dict[str, Any] | None:
        if self._approved is None:
            return None
        fields, template = self._approved.blanks_for(person), self._approved.template
        return {"template": template.name, "fields": fields, "body": template.filled(fields)}


def way_of(settings: Mapping[str, Any], channel: Channel, version: Version | None) -> Way:
    """The step as if it were a channel of a campaign. Never saved."""
    return Way(
        channel=channel,
        place=1,
        version=version,
        text="" if version else settings["body"],
        template=settings.get("template") or "",
        blanks=settings.get("blanks") or "",
    )


def judged(
    way: Way, purpose: str, at: datetime, customers: Collection[int], rules: Sequence[tuple[str, Q]]
) -> list[tuple[str, str]]:
    """Of each customer what the rules of sending say now, and which of both they would read."""
    rows = choosing.Judge(choosing.Asked([way], purpose, at, {1: rules})).ask(customers)
    says = texts.says_something(way)
    return [
        (row[choosing.VERDICT], FREE if says and (row[OPENS][0] or not way.template) else APPROVED)
        for row in rows
    ]
