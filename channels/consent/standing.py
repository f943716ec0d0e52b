"""What a customer allows, laid out as colleagues read it: channel by channel, purpose by purpose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from channels.consent.models import ADS_CHANNELS, Consent, ConsentEntry, Purpose, State
from customers.models import Customer
from customers.timeline.models import Entry

CHANNELS = (
    Entry.Channel.EMAIL,
    Entry.Channel.SMS,
    Entry.Channel.PHONE,
    Entry.Channel.WECHAT,
    Entry.Channel.WHATSAPP,
)


@dataclass(frozen=True)
class Cell:
    """Where one purpose stands on one channel; without `said`, nobody ever said anything."""

    channel: str
    purpose: str
    said: Consent | None

    @property
    def is_offered(self) -> bool:
        """Whether the purpose makes sense on this channel."""
        return self.purpose != Purpose.ADS or self.channel in ADS_CHANNELS

    @property
    def state(self) -> str:
        return self.said.state if self.said else ""

    @property
    def is_allowed(self) -> bool:
        """Whether messages go. Service messages need no act of consent, only the absence of a no."""
        if self.purpose == Purpose.SERVICE:
            return self.state != State.WITHDRAWN
        return self.state == State.GRANTED

    @property
    def words(self) -> str:
        if self.state == State.WITHDRAWN:
            return _("Withdrawn")
        if self.state == State.GRANTED:
            return _("Allowed")
        return _("Goes without asking") if self.is_allowed else _("Not allowed")


@dataclass(frozen=True)
class Row:
    channel: str
    label: str
    cells: Sequence[Cell]


def rows(customer: Customer) -> list[Row]:
    """Every channel with a cell for each purpose, in the order of Purpose."""
    said = {
        (one.channel, one.purpose): one
        for one in Consent.objects.filter(customer=customer).select_related("entry__by")
    }
    return [
        Row(
            channel,
            str(channel.label),
            [Cell(channel, purpose, said.get((channel, purpose))) for purpose in Purpose.values],
        )
        for channel in CHANNELS
    ]


def proof(entry: ConsentEntry) -> str:
    """The evidence in one line: what was said, shown or signed. Technical marks are left to the ledger."""
    evidence: Mapping[str, Any] = entry.evidence
    known = [str(evidence[key]) for key in ("reason", "form", "file", "row") if evidence.get(key)]
    return " · ".join(word for word in known if word != entry.source)
