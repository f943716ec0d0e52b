"""Addresses nobody may write to. Only keyed hashes are kept: they outlive erasure and name nobody."""

import hmac
from functools import reduce
from hashlib import sha256
from operator import or_

from django.conf import settings
from django.db.models import BinaryField, CharField, Func, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from channels.consent.models import Suppression

SALT = "channels.consent.suppression"
BLOCK = 64


def suppress(kind: str, address: str, reason: str) -> None:
    """From now on nobody is reached under this address. Doing it twice changes nothing."""
    suppress_all(kind, [address], reason)


def suppress_all(kind: str, addresses: list[str], reason: str) -> None:
    rows = [Suppression(kind=kind, value_hash=hash_of(address), reason=reason) for address in addresses]
    Suppression.objects.bulk_create(rows, ignore_conflicts=True)


def release(kind: str, address: str) -> None:
    """Takes an address off the list again."""
    Suppression.objects.filter(kind=kind, value_hash__in=hashes_of(address)).delete()


def hash_of(address: str) -> str:
    return _hash(address, _keys()[0])


def hashes_of(address: str) -> list[str]:
    """Under today's key and those it replaced."""
    return [_hash(address, key) for key in _keys()]


def listed(kind: str, column: str) -> QuerySet[Suppression]:
    """The entries for the address in `column` of the query around, under today's key or one it replaced."""
    matches = [Q(value_hash=_hash_in_sql(OuterRef(column), key)) for key in _keys()]
    return Suppression.objects.filter(reduce(or_, matches), kind=kind)


def listed_value(kind: str, address: str) -> QuerySet[Suppression]:
    """The entries for one address."""
    return Suppression.objects.filter(kind=kind, value_hash__in=hashes_of(address))


def _keys() -> list[bytes]:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac(SALT, "key", secret, algorithm="sha256").digest() for secret in secrets]


def _hash(address: str, key: bytes) -> str:
    return hmac.new(key, address.lower().encode(), sha256).hexdigest()


def _hash_in_sql(column: Combinable, key: bytes) -> Func:
    """HMAC-SHA256 with what every PostgreSQL has: pgcrypto is not offered everywhere."""
    padded = key.ljust(BLOCK, b"\0")
    inner = Value(bytes(byte ^ 0x36 for byte in padded), BinaryField())
    outer = Value(bytes(byte ^ 0x5C for byte in padded), BinaryField())
    address = Func(Lower(column), template="convert_to(%(expressions)s, 'UTF8')")
    first = Func(inner, address, template="sha256(%(expressions)s)", arg_joiner=" || ")
    return Func(
        outer,
        first,
        template="encode(sha256(%(expressions)s), 'hex')",
        arg_joiner=" || ",
        output_field=CharField(),
    )
