"""How common names and addresses are: shares of the records that have any, kept by the newest training.

The row with an empty value is the share of what occurs once, so that a name nobody else has is rare.
"""

from collections.abc import Callable, Mapping

# Column and value of a record; None when nothing is known.
Frequency = Callable[[str, str], float | None]


def of(shares: Mapping[tuple[str, str], float]) -> Frequency:
    def share(column: str, value: str) -> float | None:
        return shares.get((column, value), shares.get((column, "")))

    return share
