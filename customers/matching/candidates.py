"""Who of the whole base may be the person that is described: one question over the indexes of the records."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from customers.matching.scorer import Scored
from customers.matching.standard import Standard


@dataclass(frozen=True)
class Candidate:
    customer_pk: int
    scored: Scored


def like(standards: Sequence[Standard], *, beside: Collection[int] = ()) -> list[Candidate]:
    """Present customers that share a key with one of `standards`, best first, without those in `beside`."""
    return []
