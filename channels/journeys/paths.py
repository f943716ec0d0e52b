"""What happened to one customer on a journey, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from channels.journeys import plan, words
from channels.journeys.models import Run

SHOWN = 8


@dataclass(frozen=True)
class Past:
    title: str
    happened: str
    at: datetime


@dataclass(frozen=True)
class Path:
    """`next_title` is where they are now; empty once it is over. The newest step is the first."""

    run: Run
    next_title: str
    steps: Sequence[Past]


def of(run: Run, most: int = SHOWN) -> Path:
    """The run must have its version and its steps, newest first."""
    design = run.version.design
    here = plan.find(design, run.node) if run.node else None
    steps = [
        Past(
            words.title(node) if (node := plan.find(design, step.node)) else "–",
            " · ".join(
                part
                for part in (
                    words.happened(step.result or step.what),
                    words.why(step.what, step.reason),
                )
                if part
            ),
            step.at,
        )
        for step in list(run.walked.order_by("-number")[:most])
    ]
    return Path(run, words.title(here) if here else "", steps)
