"""The codes that a message's offer gives its readers: one each, and the same one again on a retry."""

from collections.abc import Sequence

from channels.offers import giving
from channels.offers.giving import Given

# What stands in previews and tests: looking takes no code from anybody.
SAMPLE = "ABCD-EFGH-JKMN"
NO_OFFER = Given(reason=giving.NOT_OPEN)


def of(offer: int | None, customers: Sequence[int]) -> dict[int, Given]:
    return giving.give(offer, customers) if offer else dict.fromkeys(customers, NO_OFFER)
