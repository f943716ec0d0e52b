"""Codes that nobody guesses and nobody mistypes unnoticed.

Eleven random characters and one that checks them. The alphabet lacks what looks alike (0 O, 1 I L); it has 31
characters, a prime, so that the weighted sum notices every wrong character and every swapped pair.
"""

import re

from django.db import connection, transaction
from django.db.models import F

from channels.offers.models import Coupon, Offer

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BASE = len(ALPHABET)
# The bytes of a random UUID that hold nothing but randomness, from the server's own strong source.
BYTES = (0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13)
LENGTH = len(BYTES) + 1
SHARED = re.compile(r"[A-Z0-9]{4,24}")
MOST = 2_000_000
CHUNK = 50_000
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('coupons ' || %s, 0))"


def _insert() -> str:
    drawn = ", ".join(f"get_byte(random, {byte}) %% {BASE} AS n{place}" for place, byte in enumerate(BYTES))
    letters = " || ".join(f"substr('{ALPHABET}', n{place} + 1, 1)" for place in range(len(BYTES)))
    total = " + ".join(f"{place + 1} * n{place}" for place in range(len(BYTES)))
    return f"""
        INSERT INTO offers_coupon (offer_id, code, is_main)
        SELECT %s, {letters} || substr('{ALPHABET}', ({total}) %% {BASE} + 1, 1), true
        FROM (SELECT {drawn} FROM (
            SELECT uuid_send(gen_random_uuid()) AS random FROM generate_series(1, %s) OFFSET 0) AS source
            OFFSET 0) AS numbers
        ON CONFLICT DO NOTHING
    """


INSERT = _insert()


def normal(typed: str) -> str:
    """As codes are kept: without spaces and dashes, in capitals."""
    return re.sub(r"[\s\-–—·]", "", typed.replace("\x00", "")).upper()[:60]


def shown(code: str) -> str:
    """In groups of four, as people read it aloud."""
    return "-".join(code[place : place + 4] for place in range(0, LENGTH, 4)) if is_drawn(code) else code


def is_drawn(code: str) -> bool:
    """Whether we may have made it: otherwise somebody mistyped, and nobody need look for it."""
    if len(code) != LENGTH or any(letter not in ALPHABET for letter in code):
        return False
    return code[-1] == check_of(code[:-1])


def check_of(letters: str) -> str:
    return ALPHABET[sum(place * ALPHABET.index(one) for place, one in enumerate(letters, 1)) % BASE]


def make_waiting(offer_pk: int) -> None:
    """Makes what is still wanted. Of two at once one does it; killed, the rest is made later."""
    while _make_chunk(offer_pk):
        pass


@transaction.atomic
def _make_chunk(offer_pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [offer_pk])
        (is_mine,) = cursor.fetchone()
        offer = Offer.objects.filter(pk=offer_pk).first()
        if not is_mine or offer is None or not offer.is_making_codes:
            return False
        cursor.execute(INSERT, [offer.pk, min(CHUNK, offer.codes_wanted - offer.codes_made)])
        made: int = cursor.rowcount
    Offer.objects.filter(pk=offer_pk).update(codes_made=F("codes_made") + made)
    return True


def share(offer: Offer, word: str) -> None:
    """The one code of an offer that everybody uses."""
    Coupon.objects.create(offer=offer, code=word)
    Offer.objects.filter(pk=offer.pk).update(codes_wanted=1, codes_made=1)


def sweep() -> None:
    """Goes on where a worker died, or a wake-up was lost."""
    for pk in Offer.objects.filter(codes_made__lt=F("codes_wanted")).values_list("pk", flat=True):
        make_waiting(pk)
