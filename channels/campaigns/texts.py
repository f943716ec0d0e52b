"""What a campaign says where there is no room for a mail: a short text with the words that end such messages,
or a template that the provider has approved for those who did not write to us lately."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels import services as channels
from channels.campaigns import body, sms, ways
from channels.campaigns.message import MISSING, Draft, Recipient, addresses, public_url
from channels.campaigns.models import Campaign, Way
from channels.campaigns.placeholders import NotUnderstood, Person, Slot, value
from channels.campaigns.wording import language_of
from channels.connectors.base import CannotRender, Content, Envelope, Payload, Template
from channels.connectors.fields import Slots, clean
from channels.consent.models import Purpose


class ShortMessage:
    """One channel's text, ready to be filled in. Nothing in it changes, so threads may share it."""

    def __init__(self, campaign: Campaign, way: Way, links: Sequence[str]) -> None:
        """Raises NotUnderstood for a text no form would take, CannotRender for an unusable sender."""
        self.campaign, self.channel = campaign, way.channel
        self.key_lifetime = channels.connector_of(way.channel).caps.key_lifetime
        self.body = body.read(way.text)
        self._numbers = [links.index(one) + 1 for one in self.body.links]
        self._texts = {code: self._text(code) for code, _name in settings.LANGUAGES}
        self._prepared = {
            code: channels.prepare(way.channel, Content("", text)) for code, text in self._texts.items()
        }

    def payload(self, recipient: Recipient, at: datetime) -> Payload:
        """The whole message for one person. CannotRender if a field is empty that has no words for that."""
        prepared = self._prepared[language_of(recipient.person)]
        fields = self._fields(recipient)
        return prepared.render(Envelope(to=recipient.address, key=recipient.key.hex, at=at, fields=fields))

    def draft(self, person: Person) -> Draft:
        """The text as this person would read it, for a page of ours; its links lead straight on."""
        links = {f"link_{place}": url for place, url in enumerate(self.body.links, 1)}
        return Draft("", self._filled(person, links), "")

    def subject_for(self, person: Person) -> str:
        """How the timeline calls it."""
        return " ".join(self.draft(person).text.split())[:200]

    def parts_for(self, recipient: Recipient) -> int:
        return self._parts(self._filled(recipient.person, self._fields(recipient)))

    def _parts(self, text: str) -> int:
        """As how many messages the provider counts it."""
        return sms.length(text).parts if self.channel.kind == "sms" else 1

    def _filled(self, person: Person, links: Mapping[str, str]) -> str:
        fields = {**filled(self.body.slots, person), **links}
        written = Slots(self._texts[language_of(person)]).fill(fields, clean)
        return written.replace("\r\n", "\n").strip("\n")

    def _fields(self, recipient: Recipient) -> dict[str, str]:
        links = {
            f"link_{place}": public_url("click", recipient.key, number)
            for place, number in enumerate(self._numbers, 1)
        }
        return {**filled(self.body.slots, recipient.person), **links}

    def _text(self, language: str) -> str:
        return with_way_out(self.body.text, self.channel.kind, self.campaign.purpose, language)


class TemplateMessage:
    """A template of the provider, its blanks filled in."""

    def __init__(self, way: Way, template: Template) -> None:
        """Raises NotUnderstood for blanks that cannot be filled."""
        self.channel, self.template = way.channel, template
        self.key_lifetime = channels.connector_of(way.channel).caps.key_lifetime
        self._blanks = [body.Body() for _blank in template.blanks]
        lines = way.blanks.replace("\r\n", "\n").split("\n")
        if len([line for line in lines if line.strip()]) < len(template.blanks):
            raise NotUnderstood(_("The template has more blanks than there are lines for them."))
        self._lines = [body.mark_subject(line, one) for line, one in zip(lines, self._blanks, strict=False)]
        self._prepared = channels.prepare(way.channel, Content("", ""))

    @property
    def slots(self) -> list[Slot]:
        return [slot for one in self._blanks for slot in one.slots.values()]

    def payload(self, recipient: Recipient, at: datetime) -> Payload:
        fields = self._fields(recipient.person)
        envelope = Envelope(recipient.address, recipient.key.hex, at, fields, template=self.template.name)
        return self._prepared.render(envelope)

    def draft(self, person: Person) -> Draft:
        return Draft("", self.template.filled(self._fields(person)), "")

    def subject_for(self, person: Person) -> str:
        return " ".join(self.draft(person).text.split())[:200]

    def parts_for(self, recipient: Recipient) -> int:
        return 1

    def _fields(self, person: Person) -> dict[str, str]:
        told = zip(self.template.blanks, self._lines, self._blanks, strict=False)
        return {name: Slots(line).fill(filled(one.slots, person), clean) for name, line, one in told}


def short_message(campaign: Campaign, way: Way, links: Sequence[str]) -> ShortMessage | None:
    """None where only the template is sent."""
    return ShortMessage(campaign, way, links) if way.text.strip() else None


def template_message(way: Way) -> TemplateMessage | None:
    if not way.template:
        return None
    found = ways.template_of(way)
    if found is None:
        raise CannotRender("template")
    return TemplateMessage(way, found)


def all_addresses(campaign: Campaign) -> list[str]:
    """Where the links of all its texts lead, each once; those of the mail first, as it numbers them."""
    short = [body.addresses(way.text) for way in ways.of(campaign) if way.text]
    return list(dict.fromkeys([*addresses(campaign), *(url for urls in short for url in urls)]))


def needed_fields(way: Way) -> set[str]:
    """The personal fields without which there is nothing to send over this channel."""
    slots = [*body.read(way.text).slots.values()] if way.text else []
    for line in way.blanks.splitlines() if way.template else ():
        blank = body.Body()
        body.mark_subject(line, blank)
        slots += blank.slots.values()
    return {slot.field for slot in slots if slot.fallback is None}


def with_way_out(text: str, kind: str, purpose: str, language: str) -> str:
    """The text and, unless it is about their own orders, how to get no more of them."""
    if purpose == Purpose.SERVICE:
        return text
    with translation.override(language):
        return f"{text} {way_out(kind)}"


def way_out(kind: str) -> str:
    """In the active language."""
    if kind == "sms":
        return pgettext("sms", "Reply STOP to opt out")
    return pgettext("chat", "Reply STOP and we write no more")


def filled(slots: Mapping[str, Slot], person: Person) -> dict[str, str]:
    fields = {}
    for name, slot in slots.items():
        words = value(slot, person)
        if words is None:
            raise CannotRender(f"{MISSING}: {slot.field}")
        fields[name] = words
    return fields
