"""Sets of customers as one bit each: a million fit into 125 kB, and "and", "or", "not" take microseconds."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Bits = NDArray[np.uint8]


class Space:
    """The customers there are, in the order of their ids; the place of each is its bit."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self.nobody: Bits = np.zeros((len(ids) + 7) // 8, np.uint8)
        self.everybody = self._packed(np.ones(len(ids), bool))

    def of(self, ids: Ids) -> Bits:
        """Those of `ids` who are customers."""
        chosen = np.zeros(len(self.ids), bool)
        chosen[self.places(ids)[0]] = True
        return self._packed(chosen)

    def at(self, places: NDArray[np.intp], holds: NDArray[np.bool_]) -> Bits:
        chosen = np.zeros(len(self.ids), bool)
        chosen[places] = holds
        return self._packed(chosen)

    def places(self, ids: Ids) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Where the customers among `ids` are, and which of `ids` those are."""
        if not len(self.ids):
            return np.zeros(0, np.intp), np.zeros(len(ids), bool)
        found = np.searchsorted(self.ids, ids)
        found[found == len(self.ids)] = 0
        inside = self.ids[found] == ids
        return found[inside], inside

    def mask(self, bits: Bits) -> NDArray[np.bool_]:
        return np.unpackbits(bits, count=len(self.ids), bitorder="little").astype(bool)

    def members(self, bits: Bits) -> Ids:
        chosen: Ids = self.ids[self.mask(bits)]
        return chosen

    def without(self, bits: Bits) -> Bits:
        return bits ^ self.everybody

    def _packed(self, chosen: NDArray[np.bool_]) -> Bits:
        return np.packbits(chosen, bitorder="little")


def number(bits: Bits) -> int:
    return int(np.bitwise_count(bits).sum())


def literal(ids: Ids) -> str:
    """As PostgreSQL reads an array: a list of parameters this long would be slow to parse."""
    listed: list[Any] = ids.tolist()
    return "{" + ",".join(map(str, listed)) + "}"
