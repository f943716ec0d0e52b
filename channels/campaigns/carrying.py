"""What each channel of a campaign has to say: a mail in its variants, or a short text."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from channels.campaigns import texts, ways
from channels.campaigns.message import Mailing, Recipient
from channels.campaigns.models import Campaign, Way
from channels.campaigns.placeholders import Person
from channels.campaigns.texts import ShortMessage, TemplateMessage
from channels.connectors.base import CannotRender


class ShortMailing:
    """All that goes over one channel of texts. Variants are of the mail: everybody reads the same text."""

    def __init__(self, campaign: Campaign, way: Way, links: Sequence[str]) -> None:
        """Raises NotUnderstood and CannotRender."""
        self.campaign = ways.carried(campaign, way, ways.of(campaign))
        self._text = texts.short_message(campaign, way, links)
        self._template = texts.template_message(way)
        if self._text is None and self._template is None:
            raise CannotRender("empty")

        wording = self._text.wording if self._text else None
        self.segments = wording.segments if wording else set()
        self.fields = (wording.fields if wording else set()) | (
            self._template.fields if self._template else set()
        )

    def asks_for(self, *fields: str) -> bool:
        return not self.fields.isdisjoint(fields)

    def for_arm(self, arm: int | None, *, is_open: bool = True) -> ShortMessage | TemplateMessage:
        """While the provider lets free text through that goes, after that the template."""
        free, approved = self._text, self._template
        chosen = (free or approved) if is_open else (approved or free)
        if chosen is None:
            raise CannotRender("empty")
        return chosen


@dataclass(frozen=True)
class Short:
    """A text as somebody would read it, and as how many messages it counts."""

    text: str
    parts: int
    is_template: bool


def shorts(campaign: Campaign, way: Way, person: Person) -> list[Short]:
    """What goes over a channel of texts: the free text, and the template for when that is not let through."""
    mailing, reader = (
        ShortMailing(campaign, way, texts.all_addresses(campaign)),
        Recipient(person, "", UUID(int=0)),
    )
    found = dict.fromkeys(mailing.for_arm(1, is_open=one) for one in (True, False))
    return [
        Short(one.draft(person).text, one.parts_for(reader), isinstance(one, TemplateMessage))
        for one in found
    ]


def mailings_of(campaign: Campaign) -> list[Mailing | ShortMailing]:
    """One for each channel that is switched on; what waits for another waits on.

    Raises NotUnderstood for a text no form would take, CannotRender for an unusable sender.
    """
    over = ways.of(campaign)
    seen = ways.carried(campaign, over[0], over)
    links = texts.all_addresses(seen) if any(texts.says_something(way) for way in over) else []
    return [_mailing(seen, way, links) for way in over if way.channel.enabled]


def _mailing(campaign: Campaign, way: Way, links: Sequence[str]) -> Mailing | ShortMailing:
    if way.is_mail:
        return Mailing(ways.carried(campaign, way, campaign.over))
    return ShortMailing(campaign, way, links)
