"""What people write into cells, read as values. Every reader raises `Unreadable` with a code that has words.

Readers never guess between two meanings: what may be either is unreadable, and the reason says how to write
it.
"""

import re
import unicodedata
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

REASONS = {
    "ambiguous_amount": _("This amount can be read in two ways. Write it like 1234.50."),
    "ambiguous_date": _("Day and month of this date could be swapped. Write it like 2024-01-31."),
    "bad_amount": _("This is not an amount of money."),
    "bad_choice": _("This word is not one of the known ones for this column."),
    "bad_country": _("This country is not known. Write its two letters, such as CN."),
    "bad_currency": _("This currency is not known. Write its three letters, such as CNY."),
    "bad_date": _("This is not a date. Write it like 2024-01-31."),
    "bad_email": _("This is not an e-mail address."),
    "bad_link": _("This is not a web address. Write it like https://example.com."),
    "bad_number": _("This is not a number. Write it like 1234.5."),
    "bad_phone": _("This is not a phone number."),
    "bad_quantity": _("This is not a whole number above zero."),
    "formula_error": _("This cell holds a formula without a usable result."),
    "future_date": _("This date lies in the future."),
    "negative_amount": _("The amount is below zero. Write refunds into their own column."),
    "other_currency": _("Amounts here are kept in one currency. Write the amount without another one."),
    "rounded_number": _("A spreadsheet rounded this number. Format the column as text and export it again."),
    "too_large": _("This number is too large."),
    "too_long": _("This text is too long for its column."),
    "too_old": _("This date lies too far in the past."),
}

# What people write into a cell to say that it is empty. Not used for names: somebody is called Null.
NOTHING = frozenset(
    {"-", "--", "—", "/", "无", "暂无", "没有", "未知", "空", "n/a", "na", "null", "none", "nil"}
)
ROUNDED = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.ASCII | re.IGNORECASE)
FORMULA_ERRORS = ("#REF!", "#N/A", "#NAME?", "#DIV/0!", "#VALUE!", "#NUM!", "#NULL!", "#FORMULA!")
BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")


class Unreadable(ValueError):
    """A cell does not hold what its column needs. `code` is a key of REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(REASONS.get(self.code, self.code))


def line(text: str, longest: int) -> str:
    """One line of text in composed Unicode, so that what looks the same is the same."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = BREAKS.sub(" ", text)
    text = text.strip()
    if len(text) > longest:
        raise Unreadable("too_long")
    if text[:1] == "#" and text.startswith(FORMULA_ERRORS):
        raise Unreadable("formula_error")
    return text


def number(text: str, longest: int) -> str:
    """The number of a customer, a card or an order: text, because leading zeros count. "17.0" was 17 once."""
    found = plain(line(text, longest))
    return found[:-2] if found[-2:] == ".0" and found[:-2].isdecimal() else found


def plain(text: str) -> str:
    """Digits, letters and signs of any width as ASCII; empty when the cell says that it is empty."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.strip()
    if text[:1] == "#" and text.startswith(FORMULA_ERRORS):
        raise Unreadable("formula_error")
    return "" if text.lower() in NOTHING else text


_ATOM = r"[^@\s\x00-\x1f\"(),:;<>\[\]\\]+"
EMAIL = re.compile(rf"{_ATOM}@{_ATOM.replace('@', '@.')}(?:\.{_ATOM.replace('@', '@.')})+")


def email(text: str) -> str:
    """An e-mail address in lower case."""
    address = plain(text).lower().removeprefix("mailto:")
    if address and (len(address) > 254 or not EMAIL.fullmatch(address)):
        raise Unreadable("bad_email")
    return address


@lru_cache(maxsize=1000)
def quantity(text: str) -> int | None:
    """A whole number of things, at least one."""
    digits = plain(text).replace(",", "")
    if not digits:
        return None
    digits = re.sub(r"\.0+$", "", digits.removeprefix("+"))
    if not digits.isascii() or not digits.isdigit():
        raise Unreadable("rounded_number" if ROUNDED.fullmatch(digits) else "bad_quantity")
    if len(digits.lstrip("0")) > 9:
        raise Unreadable("too_large")
    if not int(digits):
        raise Unreadable("bad_quantity")
    return int(digits)


YES = frozenset(
    {"yes", "y", "true", "1", "on", "x", "✓", "√", "ok", "agree", "agreed", "granted", "subscribed", "opt-in"}
    | {"是", "有", "真", "对", "同意", "允许", "已同意", "订阅", "已订阅"}
)
NO = frozenset(
    {"no", "n", "false", "0", "off", "✗", "×", "disagree", "withdrawn", "unsubscribed", "opt-out"}
    | {"否", "假", "不", "不同意", "拒绝", "不允许", "退订", "已退订", "未同意", "未订阅"}
)


@lru_cache(maxsize=1000)
def yes_or_no(text: str) -> bool | None:
    word = plain(text).lower()
    if word in YES:
        return True
    if word in NO:
        return False
    if word:
        raise Unreadable("bad_choice")
    return None
