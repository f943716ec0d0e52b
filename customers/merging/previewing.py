"""What joining customers would do: which values stay, what moves. The merge asks the same code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from crm.accounts.models import User
from customers.merging import rules, surviving, tables
from customers.merging.models import Apart, Merge
from customers.merging.surviving import Choice
from customers.models import Customer

# More at once nobody can look through.
MOST = 20


@dataclass(frozen=True)
class Moving:
    """How many rows of a table move, and how many stay behind because the survivor has the like."""

    label: str
    model: str
    moves: int
    stays: int = 0


@dataclass(frozen=True)
class Preview:
    survivor: Customer
    absorbed: Sequence[Customer]
    choices: Sequence[Choice]
    moving: Sequence[Moving]
    # Why they cannot be joined; empty when they can.
    obstacles: Sequence[str] = field(default=())

    @property
    def customers(self) -> list[Customer]:
        return [self.survivor, *self.absorbed]

    @property
    def differing(self) -> list[Choice]:
        return [one for one in self.choices if one.differs]


def preview(
    customers: Sequence[Customer],
    *,
    survivor: Customer | None = None,
    winners: Mapping[str, int] | None = None,
    by: User | None = None,
) -> Preview:
    """The oldest customer stays unless another is named: its number is the one that is known longest."""
    stays = survivor or min(customers, key=lambda one: one.pk)
    others = sorted((one for one in customers if one.pk != stays.pk), key=lambda one: one.pk)
    choices = surviving.choose([stays, *others], winners or {}, by=by)
    return Preview(stays, others, choices, moving(stays, others), obstacles([stays, *others], by=by))


def moving(survivor: Customer, absorbed: Sequence[Customer]) -> list[Moving]:
    counted: dict[str, list[int]] = {}
    labels: dict[str, str] = {}
    for column in tables.holding(*(one.pk for one in absorbed)):
        if not column.rule.is_listed:
            continue
        model = column.model._meta.label_lower
        labels[model] = column.label
        both = counted.setdefault(model, [0, 0])
        for one in absorbed:
            rows = column.rows_of(one.pk)
            if there := rows.count():
                moves = tables.movable(column, rows, survivor.pk).count()
                both[0] += moves
                both[1] += there - moves
    return [Moving(labels[model], model, *both) for model, both in counted.items() if any(both)]


def obstacles(customers: Sequence[Customer], *, by: User | None, insist: bool = False) -> list[str]:
    """Why these may not become one, in the reader's language."""
    pks = [one.pk for one in customers]
    found = list(_of_each(customers, by))
    if len(set(pks)) < 2:
        found.append(_("Joining takes two customers or more."))
    if len(pks) > MOST:
        found.append(_("At most %(number)s customers can be joined at once.") % {"number": MOST})
    if len({one.kind for one in customers}) > 1:
        found.append(_("A person and an organisation cannot become one."))
    if not insist and Apart.objects.filter(one__in=pks, other__in=pks).exists():
        found.append(_("Somebody said that these are not the same."))
    return found + [why for rule in rules.all_rules() if rule.refuse and (why := rule.refuse(pks))]


def _of_each(customers: Sequence[Customer], by: User | None) -> Iterable[str]:
    pks = [one.pk for one in customers]
    if Merge.objects.standing().filter(absorbed__in=pks).exists():
        yield _("One of these customers has already become part of another.")
    elif any(one.deleted_at for one in customers):
        yield _("One of these customers was deleted.")
    elif by and Customer.objects.visible_to(by, "merge").filter(pk__in=pks).count() < len(set(pks)):
        yield _("You may not join these customers.")
