"""The records behind a cell: customers as a filter of their list, orders and contacts in one of their own."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.desk.pivot import asking, controls, messages
from crm.desk.pivot.asking import Question
from crm.lib.errors import BadInput
from crm.lib.paging import Page, keyset
from crm.lib.patience import at_most
from customers.columns import ListFilter, register_filter
from customers.models import CustomerQuerySet
from customers.orders.models import Order

MILLISECONDS = 8_000
NEAR = timedelta(days=3)
CELL = "cell"


def register() -> None:
    register_filter(
        ListFilter(
            CELL,
            _("Pivot table"),
            "table-2",
            lambda user: (),
            lambda rows, values: rows,
            needs=("pivot", "view"),
            order=45,
            told=told,
            narrow=narrow,
        )
    )


def told(text: str, user: User) -> str:
    """What the filter is called. Raises BadInput for what no cell leads to, and what this colleague may not
    ask."""
    return controls.words(_question(text, user))


def narrow(rows: CustomerQuerySet, values: list[str], user: User) -> CustomerQuerySet:
    """The customers of these cells: those in it, or those with such an order or contact."""
    for text in values:
        asked = _question(text, user)
        rows = rows.filter(pk__in=asked.rows().values(asked.subject.people))
    return rows


def page(asked: Question, cursor: str) -> Page[Any]:
    """The newest first. Raises TooSlow."""
    with at_most(MILLISECONDS):
        related = ["customer", "channel", "by"] if asked.subject.key == messages.KEY else ["customer"]
        return keyset(*_listed(asked), cursor, related=related, near=NEAR)


def _listed(asked: Question) -> tuple[QuerySet[Any], str]:
    if asked.subject.key == "touches":
        return asked.rows(), "-occurred_at"
    if asked.subject.key == messages.KEY:
        return asked.rows(), "-sent_at"
    if asked.subject.key == "lines":
        return Order.objects.visible_to(asked.user).filter(pk__in=asked.rows().values("order")), "-placed_at"
    if asked.subject.key == "orders":
        return asked.rows(), "-placed_at"
    raise BadInput(_("Customers stand in their own list."))


def _question(text: str, user: User) -> Question:
    return asking.question(QueryDict(text), user)
