"""What a campaign says where there is no room for a mail: a short text with the words that end such messages,
or a template that the provider has approved for those who did not write to us lately."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels import services as channels
from channels import sms
from channels.campaigns import body, ways
from channels.campaigns.message import Draft, Recipient, addresses, fill, public_url
from channels.campaigns.models import Campaign, Way
from channels.campaigns.placeholders import NotUnderstood, Person
from channels.campaigns.templating.designed import Designed
from channels.campaigns.wording import EVERYBODY, Form, Key, Plain, Wording
from channels.connectors.base import CannotRender, Content, Envelope, Payload, Prepared, Template
from channels.connectors.fields import Slots, clean
from channels.consent.models import Purpose


@dataclass(frozen=True)
class Text:
    """One form of a short text, ready to be filled in. `numbers` are those of its links in the campaign."""

    form: Form
    source: Slots
    prepared: Prepared
    numbers: Sequence[int]


class ShortMessage:
    """One channel's text. Threads may share it: what changes can be made anew."""

    def __init__(self, campaign: Campaign, way: Way, links: Sequence[str]) -> None:
        """Raises NotUnderstood for a text no form would take, CannotRender for an unusable sender."""
        self.campaign, self.channel = campaign, way.channel
        self.key_lifetime = channels.connector_of(way.channel).caps.key_lifetime
        self.wording = wording_of(way)
        self._numbers = {address: number for number, address in enumerate(links, 1)}
        self._texts: dict[Key, Text] = {}
        for key in self.wording.made_ahead():
            self._texts[key] = self._text(key)

    def payload(self, recipient: Recipient, at: datetime) -> Payload:
        """The whole message for one person. CannotRender if a field is empty that has no words for that."""
        text = self._text_for(recipient.person)
        fields = self._fields(text, recipient)
        return text.prepared.render(Envelope(recipient.address, recipient.key.hex, at, fields))

    def draft(self, person: Person) -> Draft:
        """The text as this person would read it, for a page of ours; its links lead straight on."""
        text = self._text_for(person)
        links = {f"link_{place}": url for place, url in enumerate(text.form.body.links, 1)}
        return Draft("", _filled(text, fill(text.form.body.slots, person) | links), "")

    def subject_for(self, person: Person) -> str:
        """How the timeline calls it."""
        return " ".join(self.draft(person).text.split())[:200]

    def parts_for(self, recipient: Recipient) -> int:
        """As how many messages the provider counts it."""
        if self.channel.kind != "sms":
            return 1
        text = self._text_for(recipient.person)
        return sms.length(_filled(text, self._fields(text, recipient))).parts

    def _fields(self, text: Text, recipient: Recipient) -> dict[str, str]:
        links = {
            f"link_{place}": public_url("click", recipient.key, number)
            for place, number in enumerate(text.numbers, 1)
        }
        return {**fill(text.form.body.slots, recipient.person), **links}

    def _text_for(self, person: Person) -> Text:
        """Raises CannotRender where all blocks of a template are for others."""
        key = self.wording.key_for(person)
        if key not in self._texts:
            self._texts[key] = self._text(key)
        text = self._texts[key]
        if not text.form.body.text.strip():
            raise CannotRender("empty")
        return text

    def _text(self, key: Key) -> Text:
        form = self.wording.form(key)
        written = with_way_out(form.body.text, self.channel.kind, self.campaign.purpose, form.language)
        prepared = channels.prepare(self.channel, Content("", written))
        return Text(form, Slots(written), prepared, [self._numbers[url] for url in form.body.links])


class TemplateMessage:
    """A template of the provider, its blanks filled in."""

    def __init__(self, way: Way, template: Template) -> None:
        """Raises NotUnderstood for blanks that cannot be filled."""
        self.channel, self.template = way.channel, template
        self.key_lifetime = channels.connector_of(way.channel).caps.key_lifetime
        self._blanks = [body.Body() for _blank in template.blanks]
        lines = [line for line in way.blanks.splitlines() if line.strip()]
        if len(lines) < len(template.blanks):
            raise NotUnderstood(_("The template has more blanks than there are lines for them."))
        self._lines = [body.mark_subject(line, one) for line, one in zip(lines, self._blanks, strict=False)]
        self._prepared = channels.prepare(way.channel, Content("", ""))

    @property
    def fields(self) -> set[str]:
        return {slot.field for one in self._blanks for slot in one.slots.values()}

    def payload(self, recipient: Recipient, at: datetime) -> Payload:
        blanks = self.blanks_for(recipient.person)
        envelope = Envelope(recipient.address, recipient.key.hex, at, blanks, template=self.template.name)
        return self._prepared.render(envelope)

    def draft(self, person: Person) -> Draft:
        return Draft("", self.template.filled(self.blanks_for(person)), "")

    def subject_for(self, person: Person) -> str:
        return " ".join(self.draft(person).text.split())[:200]

    def parts_for(self, recipient: Recipient) -> int:
        return 1

    def blanks_for(self, person: Person) -> dict[str, str]:
        """What fills them. CannotRender if a field is empty that has no words for that."""
        told = zip(self.template.blanks, self._lines, self._blanks, strict=False)
        return {name: Slots(line).fill(fill(one.slots, person), clean) for name, line, one in told}


def says_something(way: Way) -> bool:
    """Whether it has words of its own, not the provider's template alone."""
    return bool(way.version_id or way.text.strip())


def wording_of(way: Way) -> Wording:
    """Raises NotUnderstood."""
    return Designed(way.version.design) if way.version else Plain("", way.text)


def short_message(campaign: Campaign, way: Way, links: Sequence[str]) -> ShortMessage | None:
    """None where only the provider's template is sent."""
    return ShortMessage(campaign, way, links) if says_something(way) else None


def template_message(way: Way) -> TemplateMessage | None:
    if not way.template:
        return None
    found = ways.template_of(way)
    if found is None:
        raise CannotRender("template")
    return TemplateMessage(way, found)


def all_addresses(campaign: Campaign) -> list[str]:
    """Where the links of all its texts lead, each once; those of the mail first, as it numbers them."""
    short = [wording_of(way).addresses for way in ways.of(campaign) if says_something(way)]
    return list(dict.fromkeys([*addresses(campaign), *(url for urls in short for url in urls)]))


def problems_of(way: Way) -> Iterator[tuple[str, str]]:
    """What would make every message fail: what of it is wrong, and that in a sentence."""
    if way.version and way.version.template.kind != way.channel.kind:
        yield "version", _("This template is for another channel.")
    if not says_something(way) and not way.template:
        yield "text", _("This channel needs a text of its own.")
    try:
        body.read(way.text)
    except NotUnderstood as problem:
        yield "text", str(problem)
    try:
        template_message(way)
    except NotUnderstood as problem:
        yield "blanks", str(problem)
    except CannotRender:
        yield "template", _("The provider's template of this message is gone from the channel.")


def needs_of(way: Way) -> list[tuple[str, Q]]:
    """The personal fields without which nothing can be sent over this channel, and who would read them."""
    found = [*wording_of(way).needs] if says_something(way) else []
    for line in way.blanks.splitlines() if way.template else ():
        blank = body.Body()
        body.mark_subject(line, blank)
        found += [(slot.field, EVERYBODY) for slot in blank.slots.values() if slot.fallback is None]
    return found


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


def _filled(text: Text, fields: Mapping[str, str]) -> str:
    return text.source.fill(fields, clean).replace("\r\n", "\n").strip("\n")
