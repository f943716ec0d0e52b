"""The choices above a pivot, and the words that say what is narrowed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.accounts.models import User
from crm.desk.pivot import periods, subjects
from crm.desk.pivot.asking import CHARTS, SHARES, TOPS, Layout, Question
from crm.desk.pivot.dimensions import Dimension
from segments.models import Segment

MOST_SEGMENTS = 200
Text = str | Promise


@dataclass(frozen=True)
class Choice:
    value: str
    label: Text
    is_chosen: bool


@dataclass(frozen=True)
class Select:
    """`groups` are headings, which may be empty, with their choices."""

    name: str
    id: str
    label: Text
    groups: Sequence[tuple[str, Sequence[Choice]]]


@dataclass(frozen=True)
class Chip:
    label: str
    query: str


def tabs(user: User, layout: Layout) -> list[tuple[subjects.Subject, bool]]:
    return [(one, one.key == layout.question.subject.key) for one in subjects.all_for(user).values()]


def main(layout: Layout) -> list[Select]:
    """What is counted by what."""
    asked = layout.question
    measures = asked.subject.measures_for(asked.user).values()
    first, second = layout.rows[0].key, layout.rows[1].key if len(layout.rows) > 1 else ""
    nothing = ("", "–")
    return [
        _select(
            "measure",
            pgettext("pivot", "Number"),
            [(one.key, one.label) for one in measures],
            asked.measure.key,
        ),
        Select("rows", "rows-1", pgettext("pivot", "Rows"), _grouped(asked, first)),
        Select(
            "rows", "rows-2", _("and within"), [("", _choices([nothing], second)), *_grouped(asked, second)]
        ),
        Select(
            "column",
            "column",
            _("Columns"),
            [
                ("", _choices([nothing], layout.column.key if layout.column else "")),
                *_grouped(asked, layout.column.key if layout.column else ""),
            ],
        ),
        _select("period", _("Period"), periods.PERIODS.items(), asked.period.key),
        *([_segments(asked)] if asked.user.may("segment", "view") else []),
    ]


def more(layout: Layout) -> list[Select]:
    """How it is shown."""
    selects = [
        _select(
            "top",
            _("Largest rows"),
            [("", _("All")), *((str(number), _top(number)) for number in TOPS)],
            str(layout.top or ""),
        ),
        _select("chart", _("Chart"), [("", _("By itself")), *CHARTS.items()], layout.chart),
    ]
    if layout.measure.adds_up:
        share = [("", _("Numbers")), *((key, _share(label)) for key, label in SHARES.items())]
        selects.insert(1, _select("share", _("Shown as"), share, layout.share))
    return selects


def chips(layout: Layout) -> list[Chip]:
    """What narrows the table besides its choices; each leads to the table without it."""
    asked = layout.question
    found = [Chip(_pair(asked, *pair), layout.without(at=pair)) for pair in asked.at]
    if asked.but:
        found.append(Chip(_without(asked), layout.without(rest=True)))
    if asked.rule:
        number = len(asked.rule.parts)
        text = ngettext("%(number)d condition", "%(number)d conditions", number) % {"number": number}
        found.append(Chip(text, layout.without(rule=True)))
    return found


def quicker(layout: Layout) -> list[tuple[str, str]]:
    """Shorter periods, for a table that took too long."""
    return [
        (str(periods.PERIODS[key]), layout.address_with(period=key))
        for key in ("30d", "90d", "12m")
        if key != layout.question.period.key
    ]


def words(asked: Question) -> str:
    """A cell in words, such as "Orders · Channel: Website · Month: 2026-05 · Last month"."""
    parts = [str(asked.subject.label), *(_pair(asked, *pair) for pair in asked.at)]
    parts += [_without(asked)] if asked.but else []
    parts += [asked.period.words] if asked.period.key != periods.ALL else []
    parts += [asked.segment.name] if asked.segment else []
    return " · ".join(parts)


def _without(asked: Question) -> str:
    number = len(asked.but)
    return ngettext("without %(number)d value", "without %(number)d values", number) % {"number": number}


def _pair(asked: Question, key: str, value: str) -> str:
    one = asked.dimensions[key]
    return f"{one.label}: {one.name_all([value])[value]}"


def _select(name: str, label: Text, choices: Iterable[tuple[str, Text]], chosen: str) -> Select:
    return Select(name, name, label, [("", _choices(choices, chosen))])


def _choices(choices: Iterable[tuple[str, Text]], chosen: str) -> list[Choice]:
    return [Choice(value, label, value == chosen) for value, label in choices]


def _grouped(asked: Question, chosen: str) -> list[tuple[str, Sequence[Choice]]]:
    def heading(one: Dimension) -> str:
        return str(one.heading)

    return [
        (name, _choices([(one.key, one.label) for one in found], chosen))
        for name, found in groupby(asked.dimensions.values(), key=heading)
    ]


def _segments(asked: Question) -> Select:
    found = list(Segment.objects.visible_to(asked.user).values_list("pk", "name")[:MOST_SEGMENTS])
    choices: list[tuple[str, Text]] = [("", _("All customers")), *((str(pk), name) for pk, name in found)]
    if asked.segment and (str(asked.segment.pk), asked.segment.name) not in choices:
        choices.append((str(asked.segment.pk), asked.segment.name))
    return _select("segment", _("Segment"), choices, str(asked.segment.pk) if asked.segment else "")


def _top(number: int) -> str:
    return _("The first %(number)d") % {"number": number}


def _share(label: Text) -> str:
    return pgettext("pivot", "Share %(of)s") % {"of": label}
