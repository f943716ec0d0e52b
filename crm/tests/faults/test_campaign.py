"""A campaign to 20,000 people while its workers and servers are killed again and again."""

from collections.abc import Callable

import pytest

from crm.tests.faults.company import Company, company
from crm.tests.faults.shooting import shoot_while

pytestmark = [pytest.mark.fault, pytest.mark.slow]

RECIPIENTS = 20_000


def test_nobody_is_lost_and_nobody_gets_it_twice(say: Callable[[str], None]) -> None:
    with company() as one:
        campaign = one.shell(
            f"from crm.tests.faults import filling\nresult = filling.launch_campaign({RECIPIENTS})"
        )
        kills = shoot_while(
            one, f"SELECT status NOT IN ('done') FROM campaigns_campaign WHERE id = {campaign}"
        )
        took = one.wait(lambda: ended(one, campaign), 600, "the campaign's end")
        report = figures(one, campaign)
        say(f"{kills} kills, ended {took:.0f} s after the last: {report}")
        assert report["arrived"] == report["arrived once"], "somebody got it twice"
        assert report["accepted but never arrived"] == 0
        assert report["arrived but not accounted for"] == 0
        assert report["accepted"] + report["unknown"] == RECIPIENTS
        # One worker holds at most one recorded batch; each kill can leave no more than that undecided.
        assert report["unknown"] <= kills * 50


def ended(one: Company, campaign: int) -> bool:
    return bool(one.value(f"SELECT status = 'done' FROM campaigns_campaign WHERE id = {campaign}"))


def figures(one: Company, campaign: int) -> dict[str, int]:
    """What the books say beside what the provider's own log says."""
    states = dict(
        one.query(f"SELECT state, count(*) FROM campaigns_delivery WHERE campaign_id = {campaign} GROUP BY 1")
    )
    arrived, distinct = one.query("SELECT count(*), count(DISTINCT recipient) FROM sandbox_sandboxmessage")[0]
    arrived_sql = "SELECT 1 FROM sandbox_sandboxmessage m WHERE m.recipient = d.address"
    return {
        "accepted": states.pop("accepted", 0),
        "unknown": states.pop("unknown", 0),
        "in other states": sum(states.values()),
        "arrived": arrived,
        "arrived once": distinct,
        "accepted but never arrived": one.value(
            "SELECT count(*) FROM campaigns_delivery d"
            f" WHERE state = 'accepted' AND NOT EXISTS ({arrived_sql})"
        ),
        "arrived but not accounted for": one.value(
            "SELECT count(*) FROM campaigns_delivery d"
            f" WHERE state NOT IN ('accepted', 'unknown') AND EXISTS ({arrived_sql})"
        ),
    }
