"""What comes of a step that acts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from channels.direct.models import DirectMessage
from channels.journeys.models import Journey, Run
from channels.journeys.plan import Node
from customers.models import Customer

# What a step lays out is known by its run and the number of the step, so that it cannot be there twice.
KEYS = UUID("6f0a4c52-6c0e-4b8e-9d1f-1f5c1d7f9a01")
MISSING, NO_CHANNEL, NOT_POSSIBLE = "missing", "no_channel", "impossible"


@dataclass(frozen=True)
class Done:
    """Where it says more than the kind of the node."""

    what: str = ""
    reason: str = ""
    message: DirectMessage | None = None


NOTHING = Done()
Act = Callable[[Node, Journey, Sequence[Run], Mapping[int, Customer], datetime], dict[int, Done]]


def key_of(run: Run) -> UUID:
    return uuid5(KEYS, f"{run.pk}:{run.steps + 1}")
