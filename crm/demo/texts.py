"""How single values look in a file for COPY."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from crm.demo import naming
from crm.demo.dice import Ints
from crm.demo.knowing import KINDS
from crm.demo.people import NONE
from crm.demo.people import SOURCES as ORIGINS
from crm.demo.world import World
from customers.identity.models import Identity, Profile

Kind = Identity.Kind
EMPTY = "\\N"
# Odd numbers: multiplying by one maps 64 bits one to one, so handles look random and never clash.
MIX = {"wechat": 0x9E3779B97F4A7C15, "unionid": 0xC2B2AE3D27D4EB4F, "web": 0x165667B19E3779F9}
WHOLE = 2**64
Lines = Iterator[str]


def lines(*columns: Iterable[str]) -> Lines:
    return map("\t".join, zip(*columns, strict=True))


def numbers(rows: npt.NDArray[np.integer], base: int) -> list[str]:
    """Row numbers as the keys they get; NONE stays empty."""
    return [str(base + row) if row != NONE else EMPTY for row in rows.tolist()]


def references(keys: Ints) -> list[str]:
    """Keys of rows that were there before; 0 stands for none."""
    return [str(key) if key else EMPTY for key in keys.tolist()]


def money(cents: Ints) -> list[str]:
    return [f"{amount // 100}.{amount % 100:02d}" for amount in cents.tolist()]


def days(since_1970: Ints) -> list[str]:
    texts = np.datetime_as_string(since_1970.astype("datetime64[D]")).tolist()
    return [text if day != NONE else EMPTY for text, day in zip(texts, since_1970.tolist(), strict=True)]


def moments(seconds: Ints) -> list[str]:
    return [f"{text}Z" for text in np.datetime_as_string(seconds.astype("datetime64[s]")).tolist()]


def order_number(number: int) -> str:
    return f"LS{number:09d}"


def source_key(source: str, profile: int) -> str:
    """The number under which a source knows a profile; events know names only."""
    if source in ("shop", "import"):
        return f"{source[0].upper()}{profile:08d}"
    if source == "pos":
        return f"88{profile:010d}"
    return mixed(source, profile) if source in MIX else ""


def handle(kind: str, source: str, profile: int, phone: str, mail: str) -> tuple[str, str]:
    """The scope and value of an identity."""
    if kind == Kind.PHONE:
        return "", phone
    if kind == Kind.EMAIL:
        return "", mail
    if kind == Kind.UNIONID:
        return "", mixed("unionid", profile)
    # Numbers and cards are unique within the source that gave them.
    return source, source_key(source, profile)


def mixed(name: str, number: int) -> str:
    return f"{name[0]}{number * MIX[name] % WHOLE:016x}"


def company_names(world: World, rows: Ints) -> list[str]:
    employer = world.people.employer[rows]
    names = naming.full_names(world.people, employer)
    return [name if works else "" for name, works in zip(names, (employer != NONE).tolist(), strict=True)]


def numbers_of(world: World, rows: Ints) -> dict[int, list[str]]:
    """The customer and card numbers of these customers, which follow each other."""
    profiles = world.profiles
    low, high = np.searchsorted(profiles.customer, [rows[0], rows[-1] + 1])
    first, last = np.searchsorted(world.handles.profile, [low, high])
    found: dict[int, list[str]] = defaultdict(list)
    wanted = {KINDS.index(Kind.CUSTOMER_NUMBER), KINDS.index(Kind.CARD)}
    for profile, kind in zip(
        world.handles.profile[first:last].tolist(), world.handles.kind[first:last].tolist(), strict=True
    ):
        if kind in wanted:
            source = ORIGINS[profiles.source[profile]]
            found[int(profiles.customer[profile])].append(source_key(source, world.first[Profile] + profile))
    return found
