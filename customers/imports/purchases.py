"""A row of an order file: who bought, when, what and for how much."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from hashlib import blake2b
from typing import Any

from crm.lib.money import LARGEST
from customers.identity.normalising import name_key
from customers.imports.people import EMAIL, NO_NUMBER, NUMBER, PHONE, PersonRow, key_of
from customers.imports.plans import Flaw, Flawed, Plan

BUYER = ("customer_number", "customer_name", "phone", "email")
LONGEST_SKU = 64
COPIES = """
    INSERT INTO seen VALUES (?, 1) ON CONFLICT (digest) DO UPDATE SET copies = copies + 1 RETURNING copies
"""


@dataclass(slots=True)
class OrderRow:
    line: int
    cells: Sequence[str]
    order: str  # its number, or one made of what the row says
    is_numbered: bool
    buyer: PersonRow
    placed_at: datetime
    amount: Decimal
    items: int
    refunded: Decimal | None
    currency: str
    status: str
    channel: str
    sku: str
    product: str


class Copies:
    """Counts equal rows in a file of any length: in a temporary file, so that memory stays flat."""

    def __init__(self) -> None:
        self.database: sqlite3.Connection | None = None

    def next(self, digest: bytes) -> int:
        if self.database is None:
            # Opened by the thread that reads. An empty name means a temporary file that nobody else sees.
            self.database = sqlite3.connect("", isolation_level=None)
            self.database.execute("PRAGMA journal_mode = OFF")
            self.database.execute("PRAGMA synchronous = OFF")
            self.database.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY, copies INTEGER) WITHOUT ROWID")
        (copies,) = self.database.execute(COPIES, (digest,)).fetchone()
        return int(copies)


class OrderReader:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.copies = Copies()
        self.titles = {name: (plan.titles[index], index) for name, index, _read in plan.readers}

    def read(self, line: int, cells: list[str]) -> OrderRow | Flawed:
        values, flaws = self.plan.read(cells)
        if flaws:
            return Flawed(flaws)
        if flaws := self._missing(values):
            return Flawed(flaws)
        amount, currency = _amount(values)
        sku, product = _article(values)
        row = OrderRow(
            line=line,
            cells=cells,
            order=values.get("order_number", ""),
            is_numbered="order_number" in values,
            buyer=self._buyer(line, cells, values),
            placed_at=values["placed_at"],
            amount=amount,
            items=values.get("quantity", 1),
            refunded=_refunded(values),
            currency=values.get("currency") or currency,
            status=values.get("status", ""),
            channel=values.get("channel", ""),
            sku=sku,
            product=product,
        )
        row.order = row.order or self._made_up(row)
        return row

    def _missing(self, values: dict[str, Any]) -> list[Flaw]:
        flaws = []
        if "placed_at" not in values:
            flaws.append(self._flaw("placed_at", "no_date"))
        if "amount" not in values and "unit_price" not in values:
            flaws.append(self._flaw("amount", "no_amount"))
        elif _amount(values)[0] > LARGEST:
            flaws.append(self._flaw("unit_price", "too_large"))
        elif (_refunded(values) or 0) > _amount(values)[0]:
            flaws.append(self._flaw("refunded", "refund_above_amount"))
        if not any(name in values for name in ("customer_number", "phone", "email")):
            flaws.append(self._flaw("customer_number", "no_buyer"))
        return flaws

    def _flaw(self, name: str, reason: str) -> Flaw:
        return Flaw(self.titles[name][0] if name in self.titles else "", reason)

    def _buyer(self, line: int, cells: list[str], values: dict[str, Any]) -> PersonRow:
        number, name = values.get("customer_number", ""), values.get("customer_name", "")
        phones, mail = values.get("phone", ()), values.get("email", "")
        shared = [(EMAIL, mail)] if mail else []
        shared += [(PHONE, phone) for phone in phones]
        contacts = [(kind, value, name_key(name)) for kind, value in shared] if name else []
        said = {"name": name, "phone": phones[0] if phones else "", "email": mail}
        return PersonRow(
            line=line,
            cells=cells,
            values={field: value for field, value in said.items() if value},
            extras={},
            number=number,
            handles=[(NUMBER, number)] if number else [],
            shared=shared,
            contacts=contacts,
            key=number or key_of((contacts or shared)[0]),
            digest=None,  # an order is no word about the customer: whatever is said later is news
            raw=partial(self._said_of_buyer, cells),
        )

    def _said_of_buyer(self, cells: list[str]) -> str:
        said = (self.titles[name] for name in BUYER if name in self.titles)
        return json.dumps({title: cells[index] for title, index in said if cells[index]}, ensure_ascii=False)

    def _made_up(self, row: OrderRow) -> str:
        """Equal rows are purchases of their own, told apart by which copy they are; another file that holds
        the same rows names the same purchases."""
        said = (row.buyer.key, row.placed_at.isoformat(), f"{row.amount:.2f}", row.currency, row.sku)
        digest = blake2b("\x1f".join(said).encode(), digest_size=12)
        return f"{NO_NUMBER}{digest.hexdigest()}-{self.copies.next(digest.digest())}"


def _amount(values: dict[str, Any]) -> tuple[Decimal, str]:
    """What was paid in this row: as it says, or the price of one times how many."""
    if "amount" in values:
        amount, currency = values["amount"]
        return amount, currency
    price, currency = values["unit_price"]
    return price * values.get("quantity", 1), currency


def _refunded(values: dict[str, Any]) -> Decimal | None:
    return values["refunded"][0] if "refunded" in values else None


def _article(values: dict[str, Any]) -> tuple[str, str]:
    """Number and name; a name alone is its own number."""
    sku, product = values.get("sku", ""), values.get("product", "")
    if sku or not product:
        return sku, product
    if len(product) <= LONGEST_SKU:
        return product, product
    return f"{product[:47]}~{blake2b(product.encode(), digest_size=8).hexdigest()}", product
