"""How the evidence adds up: each line of a table begins where the last one ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers.matching.levels import label_of

PRIOR, FOR, AGAINST, SUM = 0, 2, 5, 1
BAR = (
    '<svg class="waterfall" width="100%" height="14" aria-hidden="true">'
    '<line class="ch-grid" x1="{zero}%" x2="{zero}%" y1="0" y2="14"/>'
    '<rect class="ch-bar tone-{tone}" x="{left}%" width="{wide}%" y="2" height="10" rx="2"/></svg>'
)


@dataclass(frozen=True)
class Line:
    label: str
    bits: float
    bar: SafeString
    is_sum: bool = False

    @property
    def tone(self) -> str:
        return "" if not self.bits else "ok" if self.bits > 0 else "bad"


def lines(reasons: Sequence[Mapping[str, Any]], prior: float, total: float) -> list[Line]:
    """From how rare it is that two customers are one, through what speaks for and against, to the sum."""
    steps: list[tuple[str, float]] = [(_("Before looking: two customers are rarely one"), prior)]
    steps += [(str(capfirst(label_of(one["field"], one["level"]))), float(one["bits"])) for one in reasons]
    ends = [0.0]
    for _label, bits in steps:
        ends.append(ends[-1] + bits)
    low, high = min(*ends, total), max(*ends, total)
    span = (high - low) or 1.0

    def bar(start: float, end: float, tone: int) -> SafeString:
        left, right = sorted(((start - low) / span * 100, (end - low) / span * 100))
        return format_html(
            BAR,
            zero=f"{-low / span * 100:.1f}",
            tone=tone,
            left=f"{left:.1f}",
            wide=f"{max(0.6, right - left):.1f}",
        )

    found = [
        Line(label, bits, bar(start, start + bits, _tone(place, bits)))
        for place, ((label, bits), start) in enumerate(zip(steps, ends, strict=False))
    ]
    return [*found, Line(_("Together"), total, bar(0, total, SUM), is_sum=True)]


def _tone(place: int, bits: float) -> int:
    return PRIOR if place == 0 else FOR if bits >= 0 else AGAINST
