"""Phone numbers as E.164, the one form in which they are stored and compared."""

import re
from functools import lru_cache

import phonenumbers
from django.conf import settings

from crm.lib.reading import ROUNDED, Unreadable, plain

# Nearly every number in a Chinese file is one of these, and the library takes 40 times as long: mobile
# numbers, and others with their area code when the country's stands before them.
CHINESE = re.compile(r"(?:\+86(?=[2-9])|(?:(?:\+|00)?86)?(?=1[3-9]\d{9}$))(\d{10,11})", re.ASCII)
BETWEEN_DIGITS = str.maketrans("", "", " -\u00a0\u2010\u2011")
SEPARATORS = re.compile(r"[;,、|\n]|/(?=\s*[+\d(])")
LONGEST = 40


def normalise(text: str, region: str = "") -> str:
    """One number as E.164; empty for an empty text. Raises Unreadable."""
    region = region or settings.DEFAULT_REGION
    if region == "CN" and (number := CHINESE.fullmatch(text.translate(BETWEEN_DIGITS))):
        return f"+86{number[1]}"
    return _normalise(text, region)


def normalise_all(text: str) -> tuple[str, ...]:
    """The numbers of a cell, which may hold several: "138 0013 8000 / 010-8888 8888"."""
    if settings.DEFAULT_REGION == "CN" and (found := CHINESE.fullmatch(text.translate(BETWEEN_DIGITS))):
        return (f"+86{found[1]}",)
    if len(text) <= LONGEST and not SEPARATORS.search(text):
        number = normalise(text)
        return (number,) if number else ()
    numbers = (normalise(part) for part in SEPARATORS.split(text)[:10])
    return tuple(dict.fromkeys(number for number in numbers if number))


@lru_cache(maxsize=10_000)
def _normalise(text: str, region: str) -> str:
    written = plain(text).removesuffix(".0")
    if not written:
        return ""
    if len(written) > LONGEST:
        raise Unreadable("bad_phone")
    if ROUNDED.fullmatch(written):
        raise Unreadable("rounded_number")
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        raise Unreadable("bad_phone") from None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise Unreadable("bad_phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
