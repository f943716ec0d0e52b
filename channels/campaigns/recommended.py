"""The names of what is suggested to a customer, for texts that ask for them: three, new things first."""

from collections.abc import Sequence

from segments.recommending.suggesting import Slot, suggest_all

MOST = 3
ORDER = (Slot.WITH, Slot.AGAIN, Slot.POPULAR)


def names(customers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found = suggest_all(customers, each=MOST)
    return {
        customer: tuple(one.name for one in sorted(ones, key=lambda one: ORDER.index(one.slot))[:MOST])
        for customer, ones in found.items()
    }
