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
from channels.campaigns import arms, tokens
from channels.campaigns.models import Campaign, Variant
from channels.campaigns.placeholders import Person, Slot, value
from channels.campaigns.templating.designed import Designed
from channels.campaigns.wording import Form, Key, Plain, Wording
from channels.connectors.base import CannotRender, Content, Envelope, Payload, Prepared
from channels.connectors.fields import Slots, one_line

# A picture of one transparent point, for previews: nothing is fetched and nothing is counted.
NOTHING = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
MISSING = "missing"
# The addresses that each mail has once.
ONE_EACH: tuple[tokens.For, ...] = ("unsubscribe", "open", "preferences")
# Forms of one message that are kept ready at a time.
MOST_LETTERS = 300


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


@dataclass(frozen=True)
class Letter:
    """One form of a message, ready to be filled in. `numbers` are those of its links in the campaign."""

    form: Form
    content: Content
    prepared: Prepared
    subject: Slots
    in_subject: Mapping[str, Slot]
    numbers: Sequence[int]


class Message:
    """What a campaign says in one of its variants. Threads may share one: what changes can be made anew."""

    def __init__(
        self, campaign: Campaign, words: Campaign | Variant | None = None, links: Sequence[str] = ()
    ) -> None:
        """Raises NotUnderstood for a text no form would take, CannotRender for an unusable sender.

        `links` are the addresses of the whole campaign, in the order of their numbers.
        """
        self.campaign = campaign
        self.key_lifetime = channels.connector_of(campaign.channel).caps.key_lifetime
        self.wording = wording_of(words or campaign)
        known = links or self.wording.addresses
        self._numbers = {address: number for number, address in enumerate(known, 1)}
        self._letters: dict[Key, Letter] = {}
        for key in self.wording.made_ahead():
            self._letters[key] = self._letter(key)

    def payload(self, recipient: Recipient, at: datetime) -> Payload:
        """The whole message for one person. CannotRender if a field is empty that has no words for that."""
        letter = self._letter_for(recipient.person)
        fields, make = fill(letter.form.body.slots, recipient.person), tokens.maker(recipient.key)
        homes = _prefixes(settings.PUBLIC_URL)
        for purpose in ONE_EACH:
            fields[purpose] = homes[purpose] + make(purpose, 0)
        for place, number in enumerate(letter.numbers, 1):
            fields[f"link_{place}"] = homes["click"] + make("click", number)
        return _render(letter, recipient, fields, fields["unsubscribe"], at)

    def trial(self, recipient: Recipient, at: datetime) -> Payload:
        """The same message for a colleague: its links lead straight on and nothing is counted."""
        letter = self._letter_for(recipient.person)
        return _render(letter, recipient, _uncounted(letter.form, recipient.person), "", at)

    def draft(self, person: Person) -> Draft:
        """The message as this person would see it, for a page of ours."""
        letter = self._letter_for(person)
        return draft_of(letter.form, letter.content, person)

    def subject_for(self, person: Person) -> str:
        letter = self._letter_for(person)
        if not letter.in_subject:
            return letter.subject.source
        return letter.subject.fill(fill(letter.in_subject, person), one_line)

    def _letter_for(self, person: Person) -> Letter:
        key = self.wording.key_for(person)
        found = self._letters.get(key)
        if found is None:
            if len(self._letters) >= MOST_LETTERS:
                self._letters.clear()
            found = self._letters[key] = self._letter(key)
        return found

    def _letter(self, key: Key) -> Letter:
        form = self.wording.form(key)
        subject = Slots(one_line(form.subject))
        content = content_of(form, self.campaign.purpose)
        return Letter(
            form,
            content,
            channels.prepare(self.campaign.channel, content),
            subject,
            {name: form.body.slots[name] for name in subject.names},
            [self._numbers[address] for address in form.body.links],
        )


class Mailing:
    """Everything a campaign says: a message for each of its variants."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        links = addresses(campaign)
        self._messages = {one.number: Message(campaign, one, links) for one in wordings(campaign)}
        every = [one.wording for one in self._messages.values()]
        self.fields = {name for wording in every for name in wording.fields}
        self.segments = {pk for wording in every for pk in wording.segments}

    def asks_for(self, *fields: str) -> bool:
        """Whether any of its texts has one of these personal fields, or asks about it."""
        return not self.fields.isdisjoint(fields)

    def for_arm(self, arm: int | None) -> Message:
        return self._messages[arms.variant_of(arm)]


def content_of(form: Form, purpose: str) -> Content:
    """A form with all that a mail has around it, still with its marks."""
    subject = one_line(form.subject)
    context = {
        "language": form.language,
        "brand": settings.COMPANY_NAME,
        "purpose": purpose,
        "subject": subject,
        "body": form.body,
        # Marks for the connector, which fills them in per recipient.
        "unsubscribe": "{{ unsubscribe }}",
        "preferences": "{{ preferences }}",
        "open": "{{ open }}",
        **form.context,
    }
    with translation.override(form.language):
        html = render_to_string(f"{form.template}.html", context)
        text = render_to_string("mail/campaign.txt", context)
    return Content(subject=subject, text=text, html=html)


def draft_of(form: Form, content: Content, person: Person) -> Draft:
    """A message as this person would see it. CannotRender if a field is empty that has no words for that."""
    fields = _uncounted(form, person)
    return Draft(
        subject=Slots(content.subject).fill(fields, one_line),
        text=Slots(content.text).fill(fields, str),
        html=Slots(content.html).fill(fields, escape),
    )


def wording_of(words: Campaign | Variant) -> Wording:
    """Raises NotUnderstood."""
    return Designed(words.version.design) if words.version else Plain(words.subject, words.body)


def wordings(campaign: Campaign) -> Iterable[Campaign | Variant]:
    """Its own text, which is the first variant, and the others."""
    return [campaign, *campaign.variants.select_related("version")]


def lettered(campaign: Campaign) -> list[tuple[Campaign | Variant, str]]:
    """Its wordings with the letters they are known by."""
    return [(words, arms.letter(words.number)) for words in wordings(campaign)]


def addresses(campaign: Campaign) -> list[str]:
    """The web addresses in all its variants, each once: their places are their numbers, less one."""
    return list(dict.fromkeys(url for words in wordings(campaign) for url in wording_of(words).addresses))


def public_url(purpose: tokens.For, key: UUID, number: int = 0) -> str:
    """An address of ours in a mail. It never follows the Host header of whoever asked for the sending."""
    return _prefixes(settings.PUBLIC_URL)[purpose] + tokens.make(purpose, key, number)


@lru_cache(maxsize=8)
def _prefixes(home: str) -> dict[tokens.For, str]:
    every: tuple[tokens.For, ...] = (*ONE_EACH, "click")
    return {purpose: home + reverse(f"mail:{purpose}", args=["-"]).removesuffix("-") for purpose in every}


def fill(slots: Mapping[str, Slot], person: Person) -> dict[str, str]:
    """What stands in each place. CannotRender if a field is empty that has no words for that."""
    fields = {}
    for name, slot in slots.items():
        words = value(slot, person)
        if words is None:
            raise CannotRender(f"{MISSING}: {slot.field}")
        fields[name] = words
    return fields


def _uncounted(form: Form, person: Person) -> dict[str, str]:
    """Fields that lead straight to where links go and count nothing."""
    fields = fill(form.body.slots, person) | {"unsubscribe": settings.PUBLIC_URL, "open": NOTHING}
    fields["preferences"] = settings.PUBLIC_URL
    links = ((f"link_{number}", url) for number, url in enumerate(form.body.links, 1))
    return fields | dict(links)


def _render(
    letter: Letter, recipient: Recipient, fields: Mapping[str, str], unsubscribe: str, at: datetime
) -> Payload:
    envelope = Envelope(
        to=recipient.address,
        key=recipient.key.hex,
        at=at,
        fields=fields,
        to_name=recipient.person.name,
        unsubscribe_url=unsubscribe,
    )
    return letter.prepared.render(envelope)
