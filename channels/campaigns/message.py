"""A campaign's message: compiled once, then filled in for one person after the other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from channels import services as channels
from channels.campaigns import arms, body, tokens
from channels.campaigns.models import Campaign, Variant
from channels.campaigns.placeholders import Person, Slot, value
from channels.connectors.base import CannotRender, Content, Envelope, Payload, Prepared
from channels.connectors.fields import Slots, one_line

# A picture of one transparent point, for previews: nothing is fetched and nothing is counted.
NOTHING = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
MISSING = "missing"


@dataclass(frozen=True)
class Recipient:
    """Whom one message goes to, and under which key."""

    person: Person
    address: str
    key: UUID


@dataclass(frozen=True)
class Draft:
    """A message as somebody would see it."""

    subject: str
    text: str
    html: str


class Message:
    """What a campaign says in one of its variants. Threads may share one: nothing in it changes."""

    def __init__(
        self, campaign: Campaign, words: Campaign | Variant | None = None, links: Sequence[str] = ()
    ) -> None:
        """Raises NotUnderstood for a text no form would take, CannotRender for an unusable sender.

        `links` are the addresses of the whole campaign, in the order of their numbers.
        """
        words = words or campaign
        self.campaign = campaign
        self.key_lifetime = channels.connector_of(campaign.channel).caps.key_lifetime
        self.body = body.read(words.body)
        known = links or self.body.links
        self._numbers = [known.index(address) + 1 for address in self.body.links]
        self._subject = Slots(one_line(body.mark_subject(words.subject, self.body)))
        self._in_subject = {name: self.body.slots[name] for name in self._subject.names}
        self._contents = {code: self._content(code) for code, _name in settings.LANGUAGES}
        self._prepared: dict[str, Prepared] = {
            code: channels.prepare(campaign.channel, content) for code, content in self._contents.items()
        }

    def payload(self, recipient: Recipient, at: datetime) -> Payload:
        """The whole message for one person. CannotRender if a field is empty that has no words for that."""
        unsubscribe = public_url("unsubscribe", recipient.key)
        fields = _fill(self.body.slots, recipient.person)
        fields |= {"unsubscribe": unsubscribe, "open": public_url("open", recipient.key)}
        fields["preferences"] = public_url("preferences", recipient.key)
        for place, number in enumerate(self._numbers, 1):
            fields[f"link_{place}"] = public_url("click", recipient.key, number)
        return self._render(recipient, fields, unsubscribe, at)

    def trial(self, recipient: Recipient, at: datetime) -> Payload:
        """The same message for a colleague: its links lead straight on and nothing is counted."""
        return self._render(recipient, self._uncounted(recipient.person), "", at)

    def draft(self, person: Person) -> Draft:
        """The message as this person would see it, for a page of ours."""
        fields, content = self._uncounted(person), self._contents[language_of(person)]
        return Draft(
            subject=self._subject.fill(fields, one_line),
            text=Slots(content.text).fill(fields, str),
            html=Slots(content.html).fill(fields, escape),
        )

    def subject_for(self, person: Person) -> str:
        if not self._in_subject:
            return self._subject.source
        return self._subject.fill(_fill(self._in_subject, person), one_line)

    def _render(
        self, recipient: Recipient, fields: Mapping[str, str], unsubscribe: str, at: datetime
    ) -> Payload:
        envelope = Envelope(
            to=recipient.address,
            key=recipient.key.hex,
            at=at,
            fields=fields,
            to_name=recipient.person.name,
            unsubscribe_url=unsubscribe,
        )
        return self._prepared[language_of(recipient.person)].render(envelope)

    def _uncounted(self, person: Person) -> dict[str, str]:
        """Fields that lead straight to where links go and count nothing."""
        fields = _fill(self.body.slots, person) | {"unsubscribe": settings.PUBLIC_URL, "open": NOTHING}
        fields["preferences"] = settings.PUBLIC_URL
        links = ((f"link_{number}", url) for number, url in enumerate(self.body.links, 1))
        return fields | dict(links)

    def _content(self, language: str) -> Content:
        context = {
            "language": language,
            "brand": settings.COMPANY_NAME,
            "purpose": self.campaign.purpose,
            "subject": self._subject.source,
            "body": self.body,
            # Marks for the connector, which fills them in per recipient.
            "unsubscribe": "{{ unsubscribe }}",
            "preferences": "{{ preferences }}",
            "open": "{{ open }}",
        }
        with translation.override(language):
            html = render_to_string("mail/campaign.html", context)
            text = render_to_string("mail/campaign.txt", context)
        return Content(subject=self._subject.source, text=text, html=html)


class Mailing:
    """Everything a campaign says: a message for each of its variants."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        links = addresses(campaign)
        self._messages = {one.number: Message(campaign, one, links) for one in wordings(campaign)}

    def asks_for(self, field: str) -> bool:
        """Whether any of its texts has this personal field."""
        return any(slot.field == field for one in self._messages.values() for slot in one.body.slots.values())

    def for_arm(self, arm: int | None) -> Message:
        return self._messages[arms.variant_of(arm)]


def wordings(campaign: Campaign) -> Iterable[Campaign | Variant]:
    """Its own text, which is the first variant, and the others."""
    return [campaign, *campaign.variants.all()]


def lettered(campaign: Campaign) -> list[tuple[Campaign | Variant, str]]:
    """Its wordings with the letters they are known by."""
    return [(words, arms.letter(words.number)) for words in wordings(campaign)]


def addresses(campaign: Campaign) -> list[str]:
    """The web addresses in all its variants, each once: their places are their numbers, less one."""
    return list(dict.fromkeys(url for words in wordings(campaign) for url in body.addresses(words.body)))


def language_of(person: Person) -> str:
    known = dict(settings.LANGUAGES)
    return person.language if person.language in known else settings.LANGUAGE_CODE


def public_url(purpose: tokens.For, key: UUID, number: int = 0) -> str:
    """An address of ours in a mail. It never follows the Host header of whoever asked for the sending."""
    return _prefix(purpose, settings.PUBLIC_URL) + tokens.make(purpose, key, number)


@lru_cache(maxsize=8)
def _prefix(purpose: tokens.For, home: str) -> str:
    return home + reverse(f"mail:{purpose}", args=["-"]).removesuffix("-")


def _fill(slots: Mapping[str, Slot], person: Person) -> dict[str, str]:
    fields = {}
    for name, slot in slots.items():
        words = value(slot, person)
        if words is None:
            raise CannotRender(f"{MISSING}: {slot.field}")
        fields[name] = words
    return fields
