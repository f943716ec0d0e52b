"""Amounts as people write them, read as exact decimals."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from crm.lib.reading import ROUNDED, Unreadable, plain

CENT = Decimal("0.01")
LARGEST = Decimal("999999999999.99")
PLAIN = re.compile(r"\d{1,12}(?:\.\d{1,2})?", re.ASCII)
CURRENCIES = {
    "¥": "CNY", "rmb": "CNY", "cny": "CNY", "元": "CNY", "人民币": "CNY", "块": "CNY",
    "$": "USD", "us$": "USD", "usd": "USD", "美元": "USD",
    "€": "EUR", "eur": "EUR", "欧元": "EUR",
    "£": "GBP", "gbp": "GBP", "英镑": "GBP",
    "hk$": "HKD", "hkd": "HKD", "港币": "HKD", "港元": "HKD",
    "jp¥": "JPY", "jpy": "JPY", "円": "JPY", "日元": "JPY",
    "nt$": "TWD", "twd": "TWD", "s$": "SGD", "sgd": "SGD", "₩": "KRW", "krw": "KRW",
}  # fmt: skip
SIGN = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
WRITTEN = re.compile(
    rf"(?P<open>[-(]?)\s*(?P<before>{SIGN})?\s*(?P<minus>-?)\s*(?P<digits>\d[\d.,'\s]*)\)?\s*(?P<after>{SIGN})?",
    re.ASCII | re.IGNORECASE,
)
# 1.234 is a thousand and more in Berlin, one and a bit in Beijing.
EITHER = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
# Each way to write a number, and its decimal mark.
FORMS = (
    (re.compile(r"\d+(?:\.\d+)?", re.ASCII), "."),
    (re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII), "."),
    (re.compile(r"\d{1,3}(?:['\s]\d{3})+(?:\.\d+)?", re.ASCII), "."),
    (re.compile(r"\d{1,3}(?:[.'\s]\d{3})+(?:,\d+)?", re.ASCII), ","),
    (re.compile(r"\d+,\d{1,2}", re.ASCII), ","),
)


@lru_cache(maxsize=10_000)
def amount(text: str) -> tuple[Decimal, str] | None:
    """The amount and its currency, empty where none is written. None for an empty cell."""
    if PLAIN.fullmatch(text):
        return Decimal(text), ""
    written = plain(text).replace("−", "-")
    if not written:
        return None
    if ROUNDED.fullmatch(written):
        raise Unreadable("rounded_number")
    found = WRITTEN.fullmatch(written)
    if not found:
        raise Unreadable("bad_amount")
    value = _decimal(found["digits"].strip())
    if (found["open"] or found["minus"]) and value:
        raise Unreadable("negative_amount")
    sign = found["before"] or found["after"] or ""
    return value, CURRENCIES.get(sign.lower(), "")


@lru_cache(maxsize=1000)
def currency(text: str) -> str:
    """Three capital letters, from letters, a sign or a name; empty for an empty cell."""
    word = plain(text)
    known = CURRENCIES.get(word.lower(), word.upper())
    if known and not re.fullmatch("[A-Z]{3}", known):
        raise Unreadable("bad_currency")
    return known


def _decimal(digits: str) -> Decimal:
    if len(digits) > 40:
        raise Unreadable("too_large")
    value = Decimal(_with_point(digits))
    if value > LARGEST:
        raise Unreadable("too_large")
    return value.quantize(CENT, ROUND_HALF_UP)


def _with_point(digits: str) -> str:
    """The same number with a decimal point and nothing between its thousands."""
    if EITHER.fullmatch(digits):
        raise Unreadable("ambiguous_amount")
    for form, mark in FORMS:
        if form.fullmatch(digits):
            whole, _mark, cents = digits.partition(mark)
            return f"{re.sub(r'[^0-9]', '', whole)}.{cents or 0}"
    raise Unreadable("bad_amount")
