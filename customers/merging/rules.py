"""What becomes of a table's rows when two customers are joined. Every foreign key to the customer moves by
itself; apps whose rows need more say so in `AppConfig.ready()`:

    rules.register(Rule("orders.rollup", moves=False, refresh=recompute))

A row that would break a unique constraint stays with the customer who was absorbed: it is told of and comes
to no harm. A table whose key is its customer cannot move: it needs a rule, or a test fails.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from customers.models import Customer

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from customers.merging.models import Merge


@dataclass(frozen=True)
class Joining:
    """Two customers being joined. The survivor already has its new values and version."""

    merge: "Merge"
    survivor: Customer
    absorbed: Customer
    winners: Mapping[str, int]


@dataclass(frozen=True)
class Parting:
    """A merge being undone. `holders` have what was the survivor's: itself and whoever absorbed it since."""

    merge: "Merge"
    holders: Sequence[Customer]
    absorbed: Customer
    # What `join` answered, and what it answered when each holder but the last became part of the next.
    rows: Sequence[Any]
    carried: Sequence[Sequence[Any]] = ()


Narrow = Callable[["QuerySet[Any]", str, int], "QuerySet[Any]"]


@dataclass(frozen=True)
class Rule:
    """`movable(rows, column, target)` narrows rows to those that may become the target's. `join` does what is
    more than moving and answers, in JSON, what `part` needs to put it back. `refresh` recomputes what is
    derived, for both customers, after a merge and after its undo. `hold` is called before customers are
    locked, `refuse` says why they may not be joined or parted (empty: they may)."""

    model: str
    moves: bool = True
    movable: Narrow | None = None
    join: Callable[[Joining], list[Any]] | None = None
    part: Callable[[Parting], None] | None = None
    refresh: Callable[[Collection[int]], None] | None = None
    hold: Callable[[Collection[int]], None] | None = None
    refuse: Callable[[Collection[int]], str] | None = None
    # Whether people are told how many rows move; what is only derived would confuse.
    is_listed: bool = True


_rules: dict[str, Rule] = {}


def register(rule: Rule) -> None:
    _rules[rule.model] = rule


def of(model: str) -> Rule:
    return _rules.get(model) or Rule(model)


def has(model: str) -> bool:
    return model in _rules


def all_rules() -> list[Rule]:
    return [_rules[name] for name in sorted(_rules)]
