"""Phones, mailboxes and numbers as they are compared; what is everybody's or nobody's becomes empty."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from django.conf import settings

from crm.lib import phones
from crm.lib.reading import NOTHING, Unreadable

SHORTEST_PHONE = 7
E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
# What people type who do not want to be called. The first is the example on every Chinese form.
NO_PHONES = frozenset({"13800138000", "13800000000", "13000000000", "12345678901"})
NO_TAILS = ("1234567", "5551234")
# Providers that deliver both to one person.
SAME_PROVIDER = {
    "googlemail.com": "gmail.com", "gmial.com": "gmail.com", "gmai.com": "gmail.com",
    "gmail.con": "gmail.com", "gmail.co": "gmail.com", "qq.con": "qq.com", "qq.cn": "qq.com",
    "163.con": "163.com", "hotmial.com": "hotmail.com", "hotmail.con": "hotmail.com",
    "outlook.con": "outlook.com",
}  # fmt: skip
NO_MAILBOXES = frozenset(
    {
        *(
            "test",
            "testing",
            "none",
            "null",
            "na",
            "no",
            "noemail",
            "nomail",
            "noreply",
            "donotreply",
            "nobody",
        ),
        *(
            "a",
            "aa",
            "aaa",
            "abc",
            "asd",
            "asdf",
            "qwerty",
            "x",
            "xx",
            "xxx",
            "1",
            "11",
            "111",
            "123",
            "1234",
        ),
        *("12345", "123456", "1234567", "12345678", "123456789", "example", "email", "mail", "me", "user"),
    }
)
ROLES = frozenset(
    {
        *(
            "info",
            "sales",
            "office",
            "hr",
            "contact",
            "admin",
            "support",
            "service",
            "finance",
            "hello",
            "mail",
        ),
        *(
            "marketing",
            "jobs",
            "team",
            "billing",
            "accounts",
            "accounting",
            "reception",
            "enquiries",
            "orders",
        ),
        *("webmaster", "postmaster", "help", "helpdesk", "kontakt", "vertrieb", "buchhaltung", "einkauf"),
        *("caiwu", "kefu", "renshi", "caigou", "xiaoshou", "shichang", "xingzheng", "bangong", "zhaopin"),
    }
)
SHORTEST_MAILBOX = 5
LONGEST_MAILBOX = 120

CARD_ID = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
OLD_CARD_ID = re.compile(r"[1-9]\d{14}", re.ASCII)
CARD_FACTORS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CARD_CHECKS = "10X98765432"
TAX_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
TAX_FACTORS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
TAX_ID = re.compile(f"[159ANY][1-9239]\\d{{6}}[{TAX_SIGNS}]{{10}}", re.ASCII)
VAT_ID = re.compile(
    r"(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)[0-9A-Z]{8,12}"
)
PASSPORT = re.compile(r"[A-Z]{1,2}\d{7,8}", re.ASCII)
# With fewer different signs it is somebody's finger on one key.
FEWEST_SIGNS = 4
SHORTEST_CARD = 8


def phone(text: str, region: str = "") -> str:
    """A number by which somebody can be meant, as E.164."""
    number = text if E164.fullmatch(text) else _read_phone(text, region)
    national = number[3:] if number.startswith("+86") else number[1:]
    if len(national) < SHORTEST_PHONE or national in NO_PHONES:
        return ""
    if national.endswith(NO_TAILS) and not number.startswith("+861"):
        return ""
    if len(set(national)) <= 2 or len(set(national[-SHORTEST_PHONE:])) == 1 or _is_ours(number):
        return ""
    return number


def _read_phone(text: str, region: str) -> str:
    try:
        return phones.normalise(text, region.upper())
    except Unreadable:
        return ""


def email(text: str, *, of_organisation: bool = False) -> str:
    """The form in which two spellings of one mailbox meet. The address as it is kept is never changed."""
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    local, _at, domain = folded.rpartition("@")
    domain = SAME_PROVIDER.get(domain, domain)
    local = local.partition("+")[0]
    if domain == "gmail.com":
        local = local.replace(".", "")
    if not local or "." not in domain or local in NO_MAILBOXES or len(set(local)) == 1:
        return ""
    # Everybody in an office reads what is sent to its role; the office itself is known by it.
    if (local in ROLES and not of_organisation) or _is_ours(f"{local}@{domain}", folded):
        return ""
    return f"{local}@{domain}"


def mailbox(address: str) -> str:
    """The part before the @ of a standard address, where it may be one person's at any provider."""
    local = address.partition("@")[0]
    usable = SHORTEST_MAILBOX <= len(local) <= LONGEST_MAILBOX and local not in ROLES
    return local if usable else ""


def number(text: str) -> str:
    """An identity card, tax or passport number with its kind in front; nothing if its check fails."""
    read = _read_number(text)
    return read if not _is_ours(read.partition(":")[2]) else ""


@lru_cache(maxsize=10_000)
def _read_number(text: str) -> str:
    bare = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).upper()))
    kind = _kind_of(bare)
    if not kind or len(set(bare)) < FEWEST_SIGNS:
        return ""
    if kind == "id" and len(bare) == 15:
        bare = _lengthened(bare)
    return f"{kind}:{bare}"


def _kind_of(bare: str) -> str:
    if is_identity_card(bare) or (OLD_CARD_ID.fullmatch(bare) and is_identity_card(_lengthened(bare))):
        return "id"
    if is_tax_number(bare) or VAT_ID.fullmatch(bare):
        return "tax"
    return "passport" if PASSPORT.fullmatch(bare) else ""


def is_identity_card(bare: str) -> bool:
    """The Chinese one of 18 signs: a possible birth date and the right check sign."""
    return bool(CARD_ID.fullmatch(bare)) and _card_check(bare) == bare[17] and born_by_card(bare) is not None


def born_by_card(bare: str) -> date | None:
    try:
        return date(int(bare[6:10]), int(bare[10:12]), int(bare[12:14]))
    except ValueError:
        return None


def is_tax_number(bare: str) -> bool:
    """The Chinese unified social credit code."""
    if not TAX_ID.fullmatch(bare):
        return False
    weighed = sum(TAX_SIGNS.index(sign) * factor for sign, factor in zip(bare, TAX_FACTORS, strict=False))
    return TAX_SIGNS[-weighed % 31] == bare[17]


def _card_check(bare: str) -> str:
    weighed = sum(int(digit) * factor for digit, factor in zip(bare, CARD_FACTORS, strict=False))
    return CARD_CHECKS[weighed % 11]


def _lengthened(bare: str) -> str:
    """A card of before 2000, whose number got its century and a check sign."""
    body = f"{bare[:6]}19{bare[6:]}"
    return body + _card_check(body)


def card(text: str) -> str:
    """A member card. Short numbers occur in every numbering system, so they mean nobody outside their own."""
    bare = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).upper()))
    if len(bare) < SHORTEST_CARD or len(set(bare)) < 3 or bare in NO_PHONES:
        return ""
    return bare if not _is_ours(bare) else ""


def is_nothing(text: str) -> bool:
    return text.strip().lower() in NOTHING


def _is_ours(*spellings: str) -> bool:
    """The company's own: somebody typed it because a field had to be filled."""
    return any(one in settings.OWN_HANDLES for one in spellings)
