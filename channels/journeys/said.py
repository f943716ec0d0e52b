"""What a message step says to one person, and what knows how to say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from channels.campaigns.placeholders import Person
from channels.campaigns.wording import Asking


@dataclass(frozen=True)
class Said:
    """`markup` says what makes the HTML, where there is any, and `fields` what fills it in, or the blanks of
    the provider's `template`. `instead` is what goes where free text is let through no more."""

    subject: str
    body: str
    markup: dict[str, Any] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    instead: dict[str, Any] | None = None


class Words(Asking, Protocol):
    def to(self, person: Person, way_out: str) -> Said:
        """CannotRender if a field is empty that has no words for that."""
