"""What the sandbox does wrong on request, as the row of Faults says at the moment."""

import random
from dataclasses import dataclass, fields

from django.db import DatabaseError, connection

from channels.sandbox.models import Faults

_chance = random.SystemRandom()


@dataclass(frozen=True)
class Mood:
    """How the sandbox feels now. Replaced as a whole, so no answer sees half an edit."""

    delay: float = 0
    temporary: int = 0
    permanent: int = 100
    dropped: int = 0
    failing: int = 0
    erring: int = 0
    cut: int = 0
    dripping: int = 0
    twins: int = 0
    refused: bool = False

    def asks_to_come_back(self) -> bool:
        return _happens(self.temporary)

    def knows_no(self, address: str) -> bool:
        return "bounce" in address.lower() and _happens(self.permanent)

    def drops(self) -> bool:
        return _happens(self.dropped)

    def fails(self) -> bool:
        return _happens(self.failing)

    def errs(self) -> bool:
        return _happens(self.erring)

    def cuts(self) -> bool:
        return _happens(self.cut)

    def drips(self) -> bool:
        return _happens(self.dripping)

    def repeats_itself(self) -> bool:
        return _happens(self.twins)


def current_mood(last: Mood) -> Mood:
    """Read from the database; while that is away, the mood stays."""
    try:
        row = Faults.objects.filter(pk=1).first()
    except DatabaseError:
        connection.close()
        return last
    if row is None:
        return Mood()
    wished = {one.name: getattr(row, one.name) for one in fields(Mood)}
    return Mood(**wished | {"delay": row.delay / 1000})


def _happens(percent: int) -> bool:
    return percent >= 100 or (percent > 0 and _chance.randrange(100) < percent)
