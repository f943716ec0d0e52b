"""Writes what was in the orders of a chunk: products, and a line per order and product."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.db.backends.utils import CursorWrapper

from crm.lib.copying import array, copy
from crm.lib.money import LARGEST
from customers.imports.ordering import Purchase
from customers.imports.tracing import Tracing, Watched
from customers.orders.models import OrderLine

PRODUCTS = Watched("orders_product", ["name"], "id = ANY(%s)")
LINE = ("order_id", "product_id", "quantity", "amount")
STAGE_PRODUCTS = """
    DROP TABLE IF EXISTS import_products;
    CREATE TEMPORARY TABLE import_products (sku text, name text) ON COMMIT DROP
"""
# A product known only by its number gets its name from the first file that says it.
WRITE_PRODUCTS = """
    INSERT INTO orders_product AS p (sku, name, category)
    SELECT sku, name, '' FROM import_products ORDER BY sku
    ON CONFLICT (sku) DO UPDATE SET name = excluded.name WHERE p.name = p.sku AND excluded.name <> p.sku
"""
STAGE_LINES = """
    DROP TABLE IF EXISTS import_lines;
    CREATE TEMPORARY TABLE import_lines (
        order_id bigint, product_id bigint, quantity int, amount numeric(14, 2)
    ) ON COMMIT DROP
"""
UPDATE_LINES = """
    UPDATE orders_orderline AS l SET quantity = s.quantity, amount = s.amount
    FROM import_lines AS s
    WHERE l.order_id = s.order_id AND l.product_id = s.product_id
        AND (l.quantity, l.amount) IS DISTINCT FROM (s.quantity, s.amount)
    RETURNING l.order_id
"""
WOULD_CHANGE = """
    SELECT DISTINCT s.order_id FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::numeric[])
        AS s (order_id, sku, quantity, amount)
    LEFT JOIN orders_product AS p ON p.sku = s.sku
    LEFT JOIN orders_orderline AS l ON l.order_id = s.order_id AND l.product_id = p.id
    WHERE (l.quantity, l.amount) IS DISTINCT FROM (s.quantity, s.amount)
"""
INSERT_LINES = """
    INSERT INTO orders_orderline (order_id, product_id, quantity, amount)
    SELECT order_id, product_id, quantity, amount FROM import_lines AS s
    WHERE NOT EXISTS (
        SELECT 1 FROM orders_orderline AS l WHERE l.order_id = s.order_id AND l.product_id = s.product_id
    )
    RETURNING order_id
"""
STAGE_SUMS = """
    DROP TABLE IF EXISTS import_sums;
    CREATE TEMPORARY TABLE import_sums (
        order_id bigint, amount numeric(14, 2), items int, refunded numeric(14, 2)
    ) ON COMMIT DROP
"""
# An order's rows may stand far apart: its amount comes from all its lines, and what its rows without an
# article say on top.
UPDATE_SUMS = """
    WITH wanted AS (
        SELECT o.id, LEAST(s.amount + l.amount, %(most)s) AS amount, s.items + l.items AS items,
            LEAST(COALESCE(s.refunded, o.refunded), s.amount + l.amount) AS refunded
        FROM import_sums AS s
        JOIN orders_order AS o ON o.id = s.order_id
        CROSS JOIN LATERAL (
            SELECT sum(amount) AS amount, sum(quantity)::int AS items FROM orders_orderline
            WHERE order_id = s.order_id
        ) AS l
    )
    UPDATE orders_order AS o SET amount = w.amount, items = w.items, refunded = w.refunded
    FROM wanted AS w
    WHERE w.id = o.id AND (o.amount, o.items, o.refunded) IS DISTINCT FROM (w.amount, w.items, w.refunded)
    RETURNING o.id
"""


def write(cursor: CursorWrapper, purchases: Iterable[Purchase], trace: Tracing) -> set[int]:
    """Returns the known orders whose lines or amounts changed."""
    with_articles = [one for one in purchases if one.articles]
    if not with_articles:
        return set()
    products = _write_products(cursor, with_articles, trace)
    new = [one for one in with_articles if one.is_new]
    copy(cursor, OrderLine._meta.db_table, LINE, _lines(new, products))
    known = [one for one in with_articles if not one.is_new]
    return _write_known(cursor, known, products) if known else set()


def would_change(cursor: CursorWrapper, purchases: Iterable[Purchase]) -> set[int]:
    """Those of the known orders that would get another line, or another word on one."""
    said = [(one.pk, sku, of.quantity, of.amount) for one in purchases for sku, of in one.articles.items()]
    if not said:
        return set()
    keys, skus, quantities, amounts = map(list, zip(*said, strict=True))
    cursor.execute(WOULD_CHANGE, [keys, array(skus), quantities, amounts])
    return {pk for (pk,) in cursor.fetchall()}


def _write_products(cursor: CursorWrapper, purchases: Sequence[Purchase], trace: Tracing) -> dict[str, int]:
    names: dict[str, str] = {}
    for one in purchases:
        for sku, article in one.articles.items():
            if names.get(sku, sku) == sku:
                names[sku] = article.name
    cursor.execute(STAGE_PRODUCTS)
    copy(cursor, "import_products", ["sku", "name"], names.items())
    cursor.execute("SELECT id FROM orders_product WHERE sku = ANY (%s::text[])", [array(names)])
    known = {pk for (pk,) in cursor.fetchall()}
    trace.watch(PRODUCTS, known)
    cursor.execute(WRITE_PRODUCTS)
    cursor.execute("SELECT sku, id FROM orders_product WHERE sku = ANY (%s::text[])", [array(names)])
    products = dict(cursor.fetchall())
    trace.made(PRODUCTS.table, {*products.values()} - known)
    return products


def _lines(purchases: Iterable[Purchase], products: dict[str, int]) -> Iterator[Sequence[object]]:
    for one in purchases:
        for sku, article in one.articles.items():
            yield one.pk, products[sku], article.quantity, article.amount


def _write_known(cursor: CursorWrapper, purchases: Sequence[Purchase], products: dict[str, int]) -> set[int]:
    cursor.execute(STAGE_LINES)
    copy(cursor, "import_lines", LINE, _lines(purchases, products))
    cursor.execute(STAGE_SUMS)
    columns = ["order_id", "amount", "items", "refunded"]
    copy(cursor, "import_sums", columns, map(_loose, purchases))
    cursor.execute("ANALYZE import_lines, import_sums")
    changed: set[int] = set()
    for statement in (UPDATE_LINES, INSERT_LINES, UPDATE_SUMS):
        cursor.execute(statement, {"most": LARGEST})
        changed |= {pk for (pk,) in cursor.fetchall()}
    return changed


def _loose(one: Purchase) -> Sequence[object]:
    """What the order's rows without an article add up to."""
    in_lines = sum((article.amount for article in one.articles.values()), Decimal(0))
    items = sum(article.quantity for article in one.articles.values())
    return one.pk, one.amount - in_lines, one.items - items, one.refunded
