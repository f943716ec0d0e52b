"""What can be done to many customers at once. Features register theirs in `AppConfig.ready()`:

    actions.register(AddTags())

An action that changes columns says what becomes of a row; writing, history and undo are the same for all. One
that changes something beside the customer does that in `apply` and takes it back in `revert`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise

from crm.accounts.models import User
from customers.bulk.models import BulkJob

Row = Mapping[str, Any]
Params = Mapping[str, Any]


class Action:
    """`needs` is what one must be allowed to do to a customer; `right`, if given, something beside that."""

    key: str
    label: str | Promise
    icon: str
    needs: str = "edit"
    right: tuple[str, str] | None = None
    columns: tuple[str, ...] = ()
    danger: bool = False
    order: int = 100
    # The name of a page of its own to which the ticked customers are sent instead.
    address: str = ""

    def is_open_to(self, user: User) -> bool:
        return user.may("customer", self.needs) and (self.right is None or user.may(*self.right))

    def form(self, user: User, data: Any, field: str = "") -> forms.Form:
        return forms.Form(data)

    def params(self, cleaned: Mapping[str, Any], user: User) -> dict[str, Any]:
        """The form's answer as JSON."""
        return dict(cleaned)

    def columns_of(self, params: Params) -> tuple[str, ...]:
        return self.columns

    def told(self, params: Params) -> str:
        """What it does, in a few words, such as: City: Shanghai."""
        return str(self.label)

    def becomes(self, row: Row, params: Params) -> dict[str, Any]:
        """The columns of `row` after the change, as JSON has them."""
        return {}

    def entry(self, params: Params) -> tuple[str, dict[str, Any]] | None:
        """The timeline's word for it, and its data, where a list of old and new values says too little."""
        return None

    def apply(self, job: BulkJob, customers: Sequence[int]) -> set[int] | None:
        """Changes what is beside these customers; tells whom it changed, or None where columns say that."""
        return None

    def revert(self, job: BulkJob, customers: Sequence[int]) -> set[int] | None:
        """The opposite."""
        return None


_actions: dict[str, Action] = {}


def register(action: Action) -> None:
    _actions[action.key] = action


def find(key: str, user: User) -> Action | None:
    action = _actions.get(key)
    return action if action and action.is_open_to(user) and not action.address else None


def known(key: str) -> Action | None:
    return _actions.get(key)


def all_for(user: User) -> list[Action]:
    return sorted((one for one in _actions.values() if one.is_open_to(user)), key=lambda one: one.order)
