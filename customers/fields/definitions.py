"""The custom fields there are now, as the rest of the product uses them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import get_language

from crm.accounts.models import User
from crm.lib import memo
from customers.fields.models import CustomField

Kind = CustomField.Kind
CHOSEN = (Kind.CHOICE, Kind.SEVERAL)
COUNTED = (Kind.NUMBER, Kind.MONEY)


@dataclass(frozen=True)
class Option:
    """One answer a field offers, or once offered."""

    key: str
    label: str
    is_archived: bool


@dataclass(frozen=True)
class Definition:
    """A custom field in the reader's language."""

    key: str
    kind: str
    label: str
    hint: str
    labels: tuple[str, ...]
    options: tuple[Option, ...]
    about: str
    is_required: bool
    is_searchable: bool
    is_listed: bool
    viewers: frozenset[str]
    editors: frozenset[str]
    words: Mapping[str, str]

    @cached_property
    def option_labels(self) -> dict[str, str]:
        return {one.key: one.label for one in self.options}

    @property
    def is_open(self) -> bool:
        """Whether everybody who sees the customer sees the field too."""
        return not self.viewers

    def fits(self, kind: str) -> bool:
        """Whether the field is asked about such customers."""
        return self.about in ("", kind)

    def may_see(self, user: User) -> bool:
        return self.is_open or not self.viewers.isdisjoint(user.roles)

    def may_edit(self, user: User) -> bool:
        """Beside the right to change the customer."""
        return self.may_see(user) and (not self.editors or not self.editors.isdisjoint(user.roles))


def current() -> list[Definition]:
    """All that are not archived, in order: one query in a request."""
    return list(_current(get_language() or ""))


def seen_by(user: User) -> list[Definition]:
    return [one for one in current() if one.may_see(user)]


def edited_by(user: User) -> list[Definition]:
    return [one for one in current() if one.may_edit(user)]


def by_key(found: Iterable[Definition]) -> dict[str, Definition]:
    return {one.key: one for one in found}


@memo.once
def _current(language: str) -> tuple[Definition, ...]:
    """Labels are in the language that is active, so another one is another answer."""
    return tuple(_definition(one) for one in CustomField.objects.current().with_options())


def _definition(field: CustomField) -> Definition:
    raw: list[dict[str, Any]] = getattr(field, "options", [])
    return Definition(
        key=field.key,
        kind=field.kind,
        label=_worded(field.label, field.label_zh),
        hint=_worded(field.hint, field.hint_zh),
        labels=tuple(filter(None, (field.label, field.label_zh))),
        options=tuple(Option(one["key"], _worded(one["en"], one["zh"]), one["archived"]) for one in raw),
        about=field.about,
        is_required=field.is_required,
        is_searchable=field.is_searchable,
        is_listed=field.is_listed,
        viewers=frozenset(field.viewers),
        editors=frozenset(field.editors),
        words=_words(raw),
    )


def _worded(english: str, chinese: str) -> str:
    return chinese if chinese and (get_language() or "").startswith("zh") else english


def _words(options: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By what files may call an answer: its key and its words in either language."""
    return {
        word.strip().casefold(): one["key"]
        for one in options
        for word in (one["zh"], one["en"], one["key"])
        if word
    }
