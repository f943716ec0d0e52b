"""Tills and shops: an order from the moment it was placed to when it was picked up, or given back.

docs/incoming.md shows what one may say. What a `Happening` carries on is checked here: amounts are decimals
as text, states are those of an order, and whatever is missing is an empty text.
"""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.connectors import reading
from channels.connectors.arriving import Happening, Ignored, Inbound
from channels.connectors.base import Config, Secret
from channels.connectors.registry import register
from channels.connectors.signed import SignedListener, party

STATES = ("ordered", "ready", "completed", "cancelled", "refunded")
# Picked up is how a shop calls it.
WORDS = {"picked_up": "completed", "paid": "completed", "canceled": "cancelled"}
CURRENCY = re.compile(r"[A-Z]{3}")
MOST, MOST_LINES = Decimal("1000000000"), 200
CENT = Decimal("0.01")


@register
class PointOfSale(SignedListener):
    key = "pos"
    label = _("Till or shop (POS)")
    kind = "store"

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        found = reading.json_of(raw)
        terminal, receipt = reading.word(found, "terminal"), reading.word(found, "receipt")
        said = reading.word(found, "state")
        state = WORDS.get(said, said)
        if not terminal or not receipt:
            return [Ignored(reading.digest(raw), "not_understood")]
        key = reading.key("order", terminal, receipt, state[:20])
        if state not in STATES:
            return [Ignored(key, f"state:{said}"[:60])]
        return [_order(found, key, terminal, receipt, state)]


def _order(found: Any, key: str, terminal: str, receipt: str, state: str) -> Inbound:
    who, total = party(reading.at(found, "customer")), _amount(found, "total")
    if not who.handles:
        return Ignored(key, "no_handle")
    currency = reading.word(found, "currency").upper()
    lines = _lines(found)
    refunded = _amount(found, "refunded") if state == "refunded" else Decimal("0.00")
    if total is None or lines is None or refunded is None or not CURRENCY.fullmatch(currency):
        return Ignored(key, "amounts")
    if state == "refunded" and not refunded:
        refunded = total
    number = f"{terminal}-{receipt}"[:120]
    data = {
        "number": number,
        "terminal": terminal[:60],
        "receipt": receipt[:60],
        "state": state,
        "store": reading.word(found, "store")[:100],
        "pickup": found.get("pickup") is True,
        "total": str(total),
        "refunded": str(min(refunded, total)),
        "currency": currency,
        "lines": lines,
    }
    at = reading.iso(reading.word(found, "at")) or timezone.now()
    return Happening(key, at, who, "order", summary=number, data=data)


def _lines(found: Any) -> list[dict[str, Any]] | None:
    lines = []
    for one in list(reading.each(found, "lines"))[:MOST_LINES]:
        amount, quantity = _amount(one, "amount"), reading.number(one, "quantity") or 1
        sku, name = reading.word(one, "sku")[:64], reading.word(one, "name")[:200]
        if amount is None or quantity > 100_000 or not (sku or name):
            return None
        lines.append({"sku": sku or name[:64], "name": name, "quantity": quantity, "amount": str(amount)})
    return lines


def _amount(found: Any, name: str) -> Decimal | None:
    """An amount in whole cents; nothing for what is none. Missing means zero."""
    said = reading.word(found, name)
    try:
        amount = Decimal(said or "0")
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < MOST:
        return None
    return amount.quantize(CENT)
