"""A rule the way people read it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import ngettext

from crm.lib.templatetags.ui import money
from segments.facts import Fact, Kind, Takes, Window
from segments.rules import Group, Leaf, Match, Path


@dataclass(frozen=True)
class Phrase:
    """A condition: what is asked, how, and about which values."""

    fact: str | Promise
    operator: str
    values: list[str]
    # Whether it holds for a customer who is asked about.
    holds: bool | None = None


@dataclass(frozen=True)
class Clause:
    """A group with its conditions."""

    match: str | Promise
    parts: list["Phrase | Clause"]
    is_group: bool = True
    holds: bool | None = None


Names = dict[str, dict[Any, str]]


def tell(rule: Group, verdicts: Mapping[Path, bool] | None = None) -> Clause:
    """The rule in words; with `verdicts`, also what of it holds."""
    # Names are looked up once per fact, however many conditions ask about it.
    return _clause(rule, {}, (), verdicts or {})


def _clause(group: Group, names: Names, path: Path, verdicts: Mapping[Path, bool]) -> Clause:
    parts: list[Phrase | Clause] = []
    for place, child in enumerate(group.rules):
        here = (*path, place)
        if isinstance(child, Group):
            parts.append(_clause(child, names, here, verdicts))
        else:
            parts.append(replace(_phrase(child, names), holds=verdicts.get(here)))
    return Clause(Match(group.match).label, parts, holds=verdicts.get(path))


def _phrase(leaf: Leaf, names: Names) -> Phrase:
    operator = str(leaf.operator.label)
    if leaf.operator.takes is Takes.DAYS:
        return Phrase(leaf.fact.label, operator.replace("…", str(leaf.value)), [])
    if isinstance(leaf.value, Window):
        return _windowed(leaf, leaf.value, names)
    values: Iterable[Any] = leaf.value if isinstance(leaf.value, tuple) else [leaf.value]
    if leaf.operator.takes is Takes.NOTHING:
        values = []
    return Phrase(leaf.fact.label, operator, [_named(leaf.fact, value, names) for value in values])


def _windowed(leaf: Leaf, window: Window, names: Names) -> Phrase:
    number = str(window.number)
    if leaf.fact.kind is Kind.SPENT:
        number = money(window.number, settings.DEFAULT_CURRENCY)
    often = str(leaf.operator.label).replace("…", number)
    if window.days is not None:
        often = ngettext("%(often)s in the last day", "%(often)s in the last %(days)d days", window.days) % {
            "often": often,
            "days": window.days,
        }
    return Phrase(leaf.fact.label, often, [_named(leaf.fact, value, names) for value in window.of])


def _named(fact: Fact, value: Any, names: Names) -> str:
    if fact.kind is Kind.MONEY:
        return money(value, settings.DEFAULT_CURRENCY)
    if fact.listed in (Kind.CHOICE, Kind.RECORD, Kind.SEVERAL):
        if fact.key not in names:
            names[fact.key] = {choice: str(label) for choice, label in fact.choices()}
        return names[fact.key].get(value, "–")
    return str(value)
