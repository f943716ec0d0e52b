"""What a campaign or one of its variants says: a text of its own, or the version of a template.

A wording has forms, such as one per language. `key_for` says which of them somebody reads and `form` makes
it, with marks for what differs per person: each is made once and filled in for many.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Q

from channels.campaigns import body
from channels.campaigns.body import Body
from channels.campaigns.placeholders import Person

Key = Hashable
EVERYBODY = Q()


@dataclass(frozen=True)
class Form:
    """A message with marks. `template` and `context` make its HTML; its text stands in the body."""

    language: str
    subject: str
    body: Body
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


class Asking(Protocol):
    @property
    def fields(self) -> set[str]:
        """The personal fields it asks for in any of its forms."""

    @property
    def segments(self) -> set[int]:
        """The segments it asks about."""

    @property
    def needs(self) -> list[tuple[str, Q]]:
        """Fields without words for those who lack them, and the customers who would read them."""


class Wording(Asking, Protocol):
    @property
    def addresses(self) -> list[str]:
        """Where its links lead, in all its forms, each once."""

    def made_ahead(self) -> Iterable[Key]:
        """The forms that are made ahead; others are made when somebody reads them."""

    def key_for(self, person: Person) -> Key: ...

    def form(self, key: Any) -> Form:
        """Raises NotUnderstood."""


class Plain:
    """One text for everybody. Only its foot knows languages."""

    template = "mail/campaign"

    def __init__(self, subject: str, text: str) -> None:
        """Raises NotUnderstood."""
        self.body = body.read(text)
        self.subject = body.mark_subject(subject, self.body)
        self.addresses = self.body.links
        self.fields = {slot.field for slot in self.body.slots.values()}
        self.segments: set[int] = set()

    @property
    def needs(self) -> list[tuple[str, Q]]:
        bare = (slot.field for slot in self.body.slots.values() if slot.fallback is None)
        return [(name, EVERYBODY) for name in bare]

    def made_ahead(self) -> Iterable[Key]:
        return [code for code, _name in settings.LANGUAGES]

    def key_for(self, person: Person) -> Key:
        return language_of(person)

    def form(self, key: str) -> Form:
        return Form(key, self.subject, self.body, self.template)


def language_of(person: Person) -> str:
    return _served(person.language)


@lru_cache(maxsize=64)
def _served(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
