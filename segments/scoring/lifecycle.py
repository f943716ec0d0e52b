"""Where a customer stands in their life with us: explicit rules over days, read from top to bottom.

| stage    | when                                                                        |
|----------|-----------------------------------------------------------------------------|
| prospect | nothing bought yet (such customers have no score)                           |
| lost     | last order more than `lost_after` days ago                                  |
| dormant  | … more than `dormant_after` days ago                                        |
| at risk  | … more than `risk_after` days ago                                           |
| new      | first order at most `new_within` days ago, and orders on one day only       |
| loyal    | orders on at least `loyal_from` days                                        |
| active   | everybody else                                                              |
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from segments.facts import start_of
from segments.scoring.models import Stage


@dataclass(frozen=True)
class Thresholds:
    """In whole days. Kept with every run, so that a page can say which rules made the stages it shows."""

    new_within: int = 60
    loyal_from: int = 4
    risk_after: int = 180
    dormant_after: int = 365
    lost_after: int = 730


CASE = f"""
    CASE WHEN last_order_at < %(lost_before)s THEN '{Stage.LOST}'
         WHEN last_order_at < %(dormant_before)s THEN '{Stage.DORMANT}'
         WHEN last_order_at < %(risk_before)s THEN '{Stage.RISK}'
         WHEN days <= 1 AND first_order_at >= %(new_since)s THEN '{Stage.NEW}'
         WHEN days >= %(loyal_from)s THEN '{Stage.LOYAL}'
         ELSE '{Stage.ACTIVE}' END
"""


def parameters(thresholds: Thresholds, today: date) -> dict[str, Any]:
    """For CASE. Days become moments here, once, instead of moments becoming days for every row."""

    def first_moment(days_ago: int) -> Any:
        return start_of(today - timedelta(days=days_ago))

    return {
        "lost_before": first_moment(thresholds.lost_after),
        "dormant_before": first_moment(thresholds.dormant_after),
        "risk_before": first_moment(thresholds.risk_after),
        "new_since": first_moment(thresholds.new_within),
        "loyal_from": thresholds.loyal_from,
    }


def reason(stage: str, thresholds: Thresholds) -> str:
    """The rule that made the stage, in words."""
    sentences = {
        Stage.PROSPECT: _("Has not bought anything yet."),
        Stage.LOST: _("The last order is more than %(lost_after)d days ago."),
        Stage.DORMANT: _("The last order is more than %(dormant_after)d days ago."),
        Stage.RISK: _("The last order is more than %(risk_after)d days ago."),
        Stage.NEW: _("The first order is at most %(new_within)d days ago, and the only one so far."),
        Stage.LOYAL: _("Ordered on at least %(loyal_from)d days, last at most %(risk_after)d days ago."),
        Stage.ACTIVE: _("The last order is at most %(risk_after)d days ago."),
    }
    return sentences[Stage(stage)] % vars(thresholds)
