"""Writes the orders of a chunk: new ones by COPY, known ones by guarded updates, then what they add up to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from crm.lib.copying import array, copy, draw_ids
from crm.lib.money import LARGEST
from crm.lib.templatetags.ui import money
from customers.imports.matching import Person
from customers.imports.people import NO_NUMBER
from customers.imports.purchases import OrderRow
from customers.imports.tracing import Tracing, Watched
from customers.imports.writing import TableColumns
from customers.orders import rollups
from customers.orders.models import Order
from customers.timeline.models import Entry

# What an import may change about orders that are known, and about who bought.
WATCHED = (
    Watched(
        "orders_order",
        ["customer_id", "placed_at", "channel", "status", "currency", "amount", "refunded", "items"],
        "id = ANY(%s)",
        locks=True,
    ),
    Watched("orders_orderline", ["quantity", "amount"], "order_id = ANY(%s)"),
    Watched(
        "timeline_entry",
        ["customer_id", "occurred_at", "summary"],
        "source = 'order' AND source_id = ANY(%s::bigint[]::text[])",
    ),
)
TOUCHED = Watched("customers_customer", ["touched_at"], "id = ANY(%s)", locks=True)
# What the entries of orders call their source; their source_id is the order's primary key.
TELLER = "order"
MOST_ITEMS = 2_000_000_000


@dataclass(slots=True)
class Article:
    name: str
    quantity: int = 0
    amount: Decimal = Decimal(0)


@dataclass(slots=True, eq=False)
class Purchase:
    """An order, put together from its rows in one chunk."""

    number: str
    buyer: Person
    placed_at: datetime
    rows: int = 0
    amount: Decimal = Decimal(0)
    items: int = 0
    refunded: Decimal | None = None
    currency: str = ""
    status: str = ""
    channel: str = ""
    articles: dict[str, Article] = field(default_factory=dict)
    pk: int = 0
    is_new: bool = True
    former_buyer: int = 0

    def add(self, row: OrderRow, buyer: Person, *, by_article: bool) -> bool:
        """Rows of one order are its articles, or else later word on it. False when it grows too large."""
        if by_article:
            if self.amount + row.amount > LARGEST or self.items + row.items > MOST_ITEMS:
                return False
            self.amount += row.amount
            self.items += row.items
            self.refunded = row.refunded if self.refunded is None else self.refunded + (row.refunded or 0)
            self._add_article(row)
        else:
            self.amount, self.items = row.amount, row.items
            self.refunded = self.refunded if row.refunded is None else row.refunded
        self.rows += 1
        self.buyer, self.placed_at = buyer, row.placed_at
        self.currency = row.currency or self.currency
        self.status = row.status or self.status
        self.channel = row.channel or self.channel
        return True

    def _add_article(self, row: OrderRow) -> None:
        if row.sku:
            article = self.articles.setdefault(row.sku, Article(row.product or row.sku))
            article.quantity += row.items
            article.amount += row.amount


STAGE = """
    DROP TABLE IF EXISTS import_orders;
    CREATE TEMPORARY TABLE import_orders (
        id bigint, customer_id bigint, channel text, status text, placed_at timestamptz,
        amount numeric(14, 2), refunded numeric(14, 2), currency text, items int, summary text
    ) ON COMMIT DROP
"""
STAGED = (
    "id", "customer_id", "channel", "status", "placed_at", "amount", "refunded", "currency", "items",
    "summary",
)  # fmt: skip
# What an order becomes: what the file does not say stays, and a refund stays within the amount.
WANTED = """
    WITH wanted AS (
        SELECT o.id, s.customer_id, s.placed_at,
            COALESCE(NULLIF(s.channel, ''), o.channel) AS channel,
            COALESCE(NULLIF(s.status, ''), o.status) AS status,
            COALESCE(NULLIF(s.currency, ''), o.currency) AS currency,
            COALESCE(s.amount, o.amount) AS amount,
            LEAST(COALESCE(s.refunded, o.refunded), COALESCE(s.amount, o.amount)) AS refunded,
            COALESCE(s.items, o.items) AS items
        FROM import_orders AS s JOIN orders_order AS o ON o.id = s.id
    )
"""
DIFFERS = """
        (o.customer_id, o.placed_at, o.channel, o.status, o.currency, o.amount, o.refunded, o.items)
        IS DISTINCT FROM
        (w.customer_id, w.placed_at, w.channel, w.status, w.currency, w.amount, w.refunded, w.items)
"""
UPDATE = f"""
    {WANTED} UPDATE orders_order AS o SET
        customer_id = w.customer_id, placed_at = w.placed_at, channel = w.channel, status = w.status,
        currency = w.currency, amount = w.amount, refunded = w.refunded, items = w.items
    FROM wanted AS w WHERE w.id = o.id AND {DIFFERS}
    RETURNING o.id
"""
WOULD_UPDATE = f"{WANTED} SELECT o.id FROM orders_order AS o JOIN wanted AS w ON w.id = o.id AND {DIFFERS}"
RETELL = """
    UPDATE timeline_entry AS e SET customer_id = s.customer_id, occurred_at = s.placed_at, summary = s.summary
    FROM import_orders AS s
    WHERE e.source = %s AND e.source_id = s.id::text AND s.id = ANY (%s)
        AND (e.customer_id, e.occurred_at, e.summary) IS DISTINCT FROM (s.customer_id, s.placed_at, s.summary)
"""
STAGE_BUYERS = """
    DROP TABLE IF EXISTS import_buyers;
    CREATE TEMPORARY TABLE import_buyers (customer_id bigint, latest timestamptz) ON COMMIT DROP
"""
TOUCH = """
    UPDATE customers_customer AS c SET touched_at = b.latest
    FROM (SELECT customer_id, max(latest) AS latest FROM import_buyers GROUP BY customer_id) AS b
    WHERE c.id = b.customer_id AND c.touched_at < b.latest
"""


def find_known(cursor: CursorWrapper, purchases: Iterable[Purchase], source: str) -> None:
    by_number = {one.number: one for one in purchases}
    cursor.execute(
        """
        SELECT k.number, o.id, o.customer_id
        FROM unnest(%s::text[]) AS k (number)
        CROSS JOIN LATERAL (
            SELECT id, customer_id FROM orders_order
            WHERE source = %s AND external_id = k.number LIMIT 1
        ) AS o
        """,
        [array(by_number), source],
    )
    for number, pk, customer in cursor.fetchall():
        known = by_number[number]
        known.pk, known.former_buyer, known.is_new = pk, customer, False


def write_new(cursor: CursorWrapper, purchases: Sequence[Purchase], source: str, trace: Tracing) -> None:
    for one, pk in zip(purchases, draw_ids(cursor, Order._meta.db_table, len(purchases)), strict=True):
        one.pk = pk
    names = ["id", "customer_id", "source", "external_id", "channel", "status", "placed_at", "amount"]
    table = TableColumns(Order, [*names, "refunded", "currency", "items"])
    copy(cursor, table.name, table.columns, (_order(one, source) for one in purchases))
    names = ["id", "customer_id", "kind", "channel", "direction", "occurred_at", "summary", "source"]
    entries = TableColumns(Entry, [*names, "source_id", "data"])
    keys = list(draw_ids(cursor, entries.name, len(purchases)))
    told = zip(keys, purchases, strict=True)
    copy(cursor, entries.name, entries.columns, ((key, *_entry(one), *entries.rest) for key, one in told))
    trace.made(table.name, [one.pk for one in purchases])
    trace.made(entries.name, keys)


def update_known(cursor: CursorWrapper, purchases: Sequence[Purchase]) -> set[int]:
    """Returns the orders that changed. Those with articles get their amount from them, see `articles`."""
    if not purchases:
        return set()
    cursor.execute(STAGE)
    copy(cursor, "import_orders", STAGED, map(_staged, purchases))
    cursor.execute("ANALYZE import_orders")
    cursor.execute(UPDATE)
    changed = {pk for (pk,) in cursor.fetchall()}
    cursor.execute(RETELL, [TELLER, list(changed)])
    return changed


def would_change(cursor: CursorWrapper, purchases: Sequence[Purchase]) -> set[int]:
    """The known orders that `update_known` would change."""
    cursor.execute(STAGE)
    copy(cursor, "import_orders", STAGED, map(_staged, purchases))
    cursor.execute(WOULD_UPDATE)
    return {pk for (pk,) in cursor.fetchall()}


def add_up(cursor: CursorWrapper, purchases: Iterable[Purchase]) -> None:
    """Brings the rollups and the last activity of everybody concerned up to date."""
    cursor.execute(STAGE_BUYERS)
    copy(cursor, "import_buyers", ["customer_id", "latest"], _buyers(purchases))
    cursor.execute("ANALYZE import_buyers")
    rollups.refresh(cursor, "import_buyers")
    cursor.execute(TOUCH)


def _buyers(purchases: Iterable[Purchase]) -> Iterator[tuple[int, str | None]]:
    for one in purchases:
        yield one.buyer.pk, one.placed_at.isoformat()
        if one.former_buyer not in (0, one.buyer.pk):
            yield one.former_buyer, None


def _order(one: Purchase, source: str) -> Sequence[object]:
    return (
        one.pk,
        one.buyer.pk,
        source,
        one.number,
        one.channel or "web",
        one.status or Order.Status.COMPLETED.value,
        one.placed_at.isoformat(),
        one.amount,
        min(one.refunded or 0, one.amount),
        one.currency or settings.DEFAULT_CURRENCY,
        one.items,
    )


def _entry(one: Purchase) -> Sequence[object]:
    channel = one.channel or Entry.Channel.WEB.value
    return (
        one.buyer.pk,
        "order.placed",
        channel,
        Entry.Direction.IN.value,
        one.placed_at.isoformat(),
        _summary(one),
        TELLER,
        one.pk,
        "{}",
    )


def _summary(one: Purchase) -> str:
    paid = money(one.amount, one.currency or settings.DEFAULT_CURRENCY)
    return paid if one.number.startswith(NO_NUMBER) else f"{one.number} · {paid}"


def _staged(one: Purchase) -> Sequence[object]:
    said = (None, None, None) if one.articles else (one.amount, one.refunded, one.items)
    amount, refunded, items = said
    return (
        one.pk,
        one.buyer.pk,
        one.channel,
        one.status,
        one.placed_at.isoformat(),
        amount,
        refunded,
        one.currency,
        items,
        _summary(one),
    )
