"""Where a customer stands in their life with us: explicit rules over days, read from top to bottom.

| stage    | when                                                                        |
|----------|-----------------------------------------------------------------------------|
| prospect | nothing bought yet (such customers have no score)                           |
| lost     | last order more than `lost_after` days ago                                  |
| dormant  | … more than `dormant_after` days ago                                        |
| at risk  | … more than `risk_after` days ago                                           |
| won back | came back at most `won_back_for` days ago: an order after a break of more than  |
|          | `dormant_after` days                                                        |
| new      | first order at most `new_within` days ago, and orders on one day only       |
| loyal    | orders on at least `loyal_from` days                                        |
| active   | everybody else                                                              |
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
    # 0: nobody counts as won back.
    won_back_for: int = 90


# Customers in a purchase cycle of their own bring their own moments along.
CASE = f"""
    CASE WHEN last_order_at < coalesce(own_lost_before, %(lost_before)s) THEN '{Stage.LOST}'
         WHEN last_order_at < coalesce(own_dormant_before, %(dormant_before)s) THEN '{Stage.DORMANT}'
         WHEN last_order_at < coalesce(own_risk_before, %(risk_before)s) THEN '{Stage.RISK}'
         WHEN came_back THEN '{Stage.WON_BACK}'
         WHEN days <= 1 AND first_order_at >= %(new_since)s THEN '{Stage.NEW}'
         WHEN days >= %(loyal_from)s THEN '{Stage.LOYAL}'
         ELSE '{Stage.ACTIVE}' END
"""


def parameters(thresholds: Thresholds, today: date) -> dict[str, Any]:
    """For CASE. Days become moments here, once, instead of moments becoming days for every row."""

    return {
        "lost_before": _start(today, thresholds.lost_after),
        "dormant_before": _start(today, thresholds.dormant_after),
        "risk_before": _start(today, thresholds.risk_after),
        "new_since": _start(today, thresholds.new_within),
        "loyal_from": thresholds.loyal_from,
    }


def leaving(thresholds: Thresholds, today: date) -> tuple[datetime, datetime, datetime]:
    """Before which moments a last order makes somebody at risk, dormant and lost."""
    return (
        _start(today, thresholds.risk_after),
        _start(today, thresholds.dormant_after),
        _start(today, thresholds.lost_after),
    )


def _start(today: date, days_ago: int) -> datetime:
    return start_of(today - timedelta(days=days_ago))


def reason(stage: str, thresholds: Thresholds) -> str:
    """The rule that made the stage, in words."""
    sentences = {
        Stage.PROSPECT: _("Has not bought anything yet."),
        Stage.LOST: _("The last order is more than %(lost_after)d days ago."),
        Stage.DORMANT: _("The last order is more than %(dormant_after)d days ago."),
        Stage.RISK: _("The last order is more than %(risk_after)d days ago."),
        Stage.WON_BACK: _(
            "Ordered again within the last %(won_back_for)d days, after more than %(dormant_after)d days"
            " without an order."
        ),
        Stage.NEW: _("The first order is at most %(new_within)d days ago, and the only one so far."),
        Stage.LOYAL: _("Ordered on at least %(loyal_from)d days, last at most %(risk_after)d days ago."),
        Stage.ACTIVE: _("The last order is at most %(risk_after)d days ago."),
    }
    return sentences[Stage(stage)] % vars(thresholds)
