"""How long a text is as operators count it: GSM-7 where its alphabet suffices, else UCS-2 for all of it."""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each takes two places: an escape comes before it.
EXTENDED = frozenset("^{}\\[~]|€\f")
# How much fits into one message, and into each part of a longer one.
GSM, UCS = (160, 153), (70, 67)


@dataclass(frozen=True)
class Length:
    """`units` are places in GSM-7 and UTF-16 units in UCS-2; `parts` is what is paid for."""

    is_gsm: bool
    units: int
    parts: int


def length(text: str) -> Length:
    is_gsm = all(letter in BASIC or letter in EXTENDED for letter in text)
    if is_gsm:
        units = sum(2 if letter in EXTENDED else 1 for letter in text)
    else:
        units = len(text.encode("utf-16-le", errors="replace")) // 2
    single, part = GSM if is_gsm else UCS
    return Length(is_gsm, units, 1 if units <= single else -(-units // part))
