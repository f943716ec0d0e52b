"""Arrays of numbers for the database, as it reads them."""

from collections.abc import Iterable


def array(numbers: Iterable[float | bool]) -> str:
    """A literal, to be cast where it is used: of a list the driver asks each element what it is."""
    return f"{{{','.join(map(str, numbers))}}}"
