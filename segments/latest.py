"""The latest active few of many customers, for a look at who they are."""

from contextlib import suppress
from datetime import timedelta

from django.db.models import F
from django.db.models.expressions import OrderBy

from crm.lib.patience import TooSlow, at_most
from customers.models import Customer, CustomerQuerySet

# More than these are met soon on the way through the index of activity ...
DENSE = 10_000
# ... unless none of them was active lately. In milliseconds.
PATIENCE = 60


def latest(rows: CustomerQuerySet, number: int, size: int, *related: str) -> list[Customer]:
    """The first `size` of about `number` customers, with what is `related`.

    Of many who were not active lately, these are the latest of any DENSE of them.
    """
    if number > DENSE:
        with suppress(TooSlow), at_most(PATIENCE):
            return _first(rows, size, related, "-touched_at")
        rows = Customer.objects.filter(pk__in=rows.order_by().values("pk")[:DENSE])
    # Not the column of the index: walking that to meet a few rare customers takes for ever.
    return _first(rows, size, related, (F("touched_at") + timedelta(0)).desc())


def _first(
    rows: CustomerQuerySet, size: int, related: tuple[str, ...], order: str | OrderBy
) -> list[Customer]:
    chosen = rows.order_by(order, "-pk").values("pk")[:size]
    shown = Customer.objects.filter(pk__in=chosen).select_related(*related)
    return list(shown.order_by("-touched_at", "-pk"))
