"""Several customers side by side: what differs is marked, and each field says whose value would stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import count

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crm.accounts.models import User
from customers.identity.models import Profile
from customers.merging import previewing
from customers.merging.previewing import Preview
from customers.merging.surviving import Choice, Option, Why
from customers.models import Customer

# So alike, what differs is marked within the words; below, the whole is another value.
ALIKE = 0.5


@dataclass(frozen=True)
class Cell:
    customer: int
    text: SafeString | str
    differs: bool
    wins: bool


@dataclass(frozen=True)
class Row:
    choice: Choice
    cells: Sequence[Cell]
    can_be_chosen: bool
    # The key that takes the next value; 0 where there is none.
    key: int = 0


@dataclass(frozen=True)
class Comparison:
    preview: Preview
    rows: Sequence[Row]
    same: Sequence[Row]
    sources: dict[int, list[str]]
    obstacles: Sequence[str]
    warnings: Sequence[str]

    @property
    def heard(self) -> list[tuple[Customer, str]]:
        """Which sources speak of each."""
        return [(one, ", ".join(self.sources[one.pk])) for one in self.preview.customers]

    @property
    def moving(self) -> int:
        return sum(one.moves for one in self.preview.moving)


def compare(customers: Sequence[Customer], survivor: Customer | None, *, by: User) -> Comparison:
    preview = previewing.preview(customers, survivor=survivor, by=by)
    said = [one for one in preview.choices if any(option.filled for option in one.options)]
    rows = [Row(choice, _cells(choice), _can_be_chosen(choice, by)) for choice in said]
    keys = count(1)
    rows = [replace(row, key=next(keys)) if row.can_be_chosen else row for row in rows]
    # Whoever looks at them may say anew what they are.
    obstacles = previewing.obstacles(preview.customers, by=by, insist=True)
    return Comparison(
        preview,
        [row for row in rows if row.choice.differs],
        [row for row in rows if not row.choice.differs],
        _sources(preview.customers),
        obstacles,
        [why for why in preview.obstacles if why not in obstacles],
    )


def chosen(
    customers: Sequence[Customer], survivor: Customer, winners: Mapping[str, int], *, by: User
) -> dict[str, int]:
    """Of the winners those that no rule would have taken: only these are a colleague's choice."""
    usual = {one.field: one for one in previewing.preview(customers, survivor=survivor, by=by).choices}
    return {
        field: pk
        for field, pk in winners.items()
        if field in usual and usual[field].winner != pk and _can_be_chosen(usual[field], by)
    }


def _can_be_chosen(choice: Choice, by: User) -> bool:
    if not choice.differs or choice.why in (Why.STRICTEST, Why.ALL):
        return False
    # Choosing the owner is handing the customer over.
    return choice.field != "owner" or by.may("customer", "assign")


def _cells(choice: Choice) -> list[Cell]:
    first, second = choice.options[0], choice.options[1]
    return [
        Cell(
            one.customer,
            _marked(one, second if one is first else first) if choice.differs else one.shown,
            one.stored != first.stored,
            one.customer == choice.winner,
        )
        for one in choice.options
    ]


def _marked(option: Option, other: Option) -> SafeString | str:
    """What differs from the other value, so that eyes need not look for it."""
    if option.stored == other.stored or not (option.shown and other.shown):
        return option.shown
    matcher = SequenceMatcher(None, option.shown, other.shown, autojunk=False)
    if matcher.ratio() < ALIKE:
        return format_html("<mark>{}</mark>", option.shown)
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>" if kind != "equal" else "{}", option.shown[start:end]),)
            for kind, start, end, _from, _to in matcher.get_opcodes()
            if end > start
        ),
    )


def _sources(customers: Sequence[Customer]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {one.pk: [] for one in customers}
    rows = Profile.objects.filter(customer__in=customers).order_by("first_seen_at", "pk")
    for customer, source in rows.values_list("customer", "source"):
        if source not in found[customer]:
            found[customer].append(source)
    return found
