"""Whose facts are counted, and up to which moment.

Orders that were cancelled or given back in full do not count, nor what is dated ahead. Money is net of
refunds and in the company's currency; orders in others count as purchases, but add no money. Days and months
are those of the company's clock.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from crm.accounts.models import User
from crm.lib.patience import at_most
from customers.models import Customer
from customers.orders.rollups import UNCOUNTED
from segments.facts import start_of, zone

PRESENT = """
    NOT EXISTS (SELECT FROM customers_customer AS gone
                WHERE gone.id = {key} AND gone.deleted_at IS NOT NULL)
"""
WITHIN = "{key} IN (SELECT reached FROM insights_reach)"
ORDERS = """
    SELECT id, customer_id, channel, currency, placed_at,
           (placed_at AT TIME ZONE %(zone)s)::date AS day,
           CASE WHEN currency = %(currency)s THEN amount - refunded ELSE 0 END AS net
    FROM orders_order
    WHERE NOT (status = ANY (%(uncounted)s)) AND placed_at <= %(as_of)s
"""
TOUCHES = """
    SELECT id, customer_id, channel, direction, kind, occurred_at,
           (occurred_at AT TIME ZONE %(zone)s)::date AS day
    FROM timeline_entry WHERE channel <> 'staff' AND occurred_at <= %(as_of)s
"""


@dataclass(frozen=True)
class Ground:
    """`mine` is a condition on a key of customers."""

    as_of: datetime
    mine: str = PRESENT
    is_everybody: bool = True

    @property
    def today(self) -> date:
        return self.as_of.astimezone(zone()).date()

    def orders(self, since: date | None = None) -> str:
        """A relation of the purchases, of all time or since a day."""
        return self._of(ORDERS, "placed_at", since)

    def touches(self, since: date | None = None) -> str:
        """A relation of what passed between us and customers; notes among colleagues are not."""
        return self._of(TOUCHES, "occurred_at", since)

    def own(self, key: str) -> str:
        return self.mine.format(key=key)

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, self.values | values)
            return list(cursor.fetchall())

    @property
    def values(self) -> dict[str, Any]:
        return {
            "zone": settings.TIME_ZONE,
            "currency": settings.DEFAULT_CURRENCY,
            "uncounted": list(UNCOUNTED),
            "as_of": self.as_of,
            "today": self.today,
        }

    def _of(self, sql: str, moment: str, since: date | None) -> str:
        # A literal: relations of one statement may begin on different days. It is ours, nobody's input.
        after = f" AND {moment} >= '{start_of(since).isoformat()}'" if since else ""
        return f"({sql} AND {self.own('customer_id')}{after})"


@contextmanager
def laid(user: User | None, patience: int) -> Iterator[Ground]:
    """Everybody's facts, or those of the customers `user` may see. Raises TooSlow after `patience` ms."""
    with at_most(patience):
        if user is None:
            yield Ground(timezone.now())
            return
        reached, values = Customer.objects.visible_to(user).order_by().values("pk").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS insights_reach")
            cursor.execute(f"CREATE TEMP TABLE insights_reach (reached) ON COMMIT DROP AS {reached}", values)
            cursor.execute("ANALYZE insights_reach")
        yield Ground(timezone.now(), WITHIN, is_everybody=False)


def positional(sql: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """The same with its values in order, for querysets."""
    given: list[Any] = []

    def place(found: re.Match[str]) -> str:
        given.append(values[found[1]])
        return "%s"

    return re.sub(r"%\((\w+)\)s", place, sql), given


def month_of(day: date) -> date:
    return day.replace(day=1)


def months_on(month: date, number: int) -> date:
    """The first of the month so many months later, or earlier."""
    year, place = divmod(month.year * 12 + month.month - 1 + number, 12)
    return date(year, place + 1, 1)


def months_until(last: date, number: int) -> list[date]:
    return [months_on(last, place - number + 1) for place in range(number)]


def days_ago(ground: Ground, days: int) -> date:
    return ground.today - timedelta(days=days)
