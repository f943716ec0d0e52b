"""Goals: their numbers, their pace, who sees them."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from channels.inbox.models import Conversation
from channels.models import Channel
from channels.reports.models import Fact
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.desk.goals import indicators, measuring, services
from crm.desk.goals.indicators import Reach, Span
from crm.desk.goals.models import Goal, Reading
from crm.desk.goals.pacing import Pace, State
from crm.lib.errors import Refused
from customers import factories
from customers.models import Customer
from customers.orders.models import Order
from segments.scoring.models import Score

pytestmark = pytest.mark.django_db
URL = "/goals/"
JUNE = Span(date(2026, 6, 1), date(2026, 6, 30))


def at(day: str, clock: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def goal(owner: User, indicator: str = "revenue", **fields: Any) -> Goal:
    given = {"target": 1000, "starts_on": timezone.localdate(), **fields}
    return services.save(Goal(indicator=indicator, owner=owner, **given), by=owner)


def measured(key: str, span: Span = JUNE, reach: Reach | None = None) -> float | None:
    about = indicators.find(key)
    assert about
    value = about.measure(reach or Reach(), span)
    return None if value is None else round(value, 4)


@pytest.fixture
def lead() -> User:
    return people.user(Role.OPERATIONS)


def test_revenue_is_what_counts_in_the_days_of_the_company() -> None:
    one = factories.customer()
    factories.order(one, amount=100, placed_at=at("2026-06-01", "00:00"))
    factories.order(one, amount=50, refunded=20, placed_at=at("2026-06-30", "23:59"))
    factories.order(one, amount=7, placed_at=at("2026-07-01", "00:00"))
    factories.order(one, amount=7, status="cancelled", placed_at=at("2026-06-10"))
    abroad = factories.order(one, amount=7, placed_at=at("2026-06-10"))
    Order.objects.filter(pk=abroad.pk).update(currency="EUR")

    assert (measured("revenue"), measured("average_order")) == (130, 65)


def test_rates_of_buying_again_and_of_leaving() -> None:
    bought = {
        "again": ["2026-01-05", "2026-06-20"],
        "once": ["2026-05-01"],
        "left": ["2025-09-01"],
        "twice, then left": ["2025-09-01", "2025-10-01"],
        "too long ago": ["2024-01-01"],
        "stayed": ["2025-08-01", "2026-03-01"],
    }
    for days in bought.values():
        one = factories.customer(created_at=at("2024-01-01"))
        for day in days:
            factories.order(one, placed_at=at(day))

    assert measured("repurchase_rate") == round(3 / 5, 4)
    assert measured("churn_rate") == round(2 / 3, 4)
    assert measured("active_customers") == 2
    assert measured("new_customers") == 0


def test_nothing_to_go_by_is_not_nothing() -> None:
    shares = ("repurchase_rate", "churn_rate", "satisfaction", "first_reply", "promises_kept", "loyal_share")
    assert [measured(key) for key in shares] == [None] * 6
    assert measured("revenue") == 0


def test_service_is_that_of_the_people_who_did_it(lead: User) -> None:
    channel = Channel.objects.create(name="Mail", kind="email", connector="simulator")
    teams = [people.team(), people.team()]
    for number, (score, reply, team) in enumerate([(5, 60, 0), (4, 600, 0), (None, 300, 0), (1, 9000, 1)]):
        talk = Conversation.objects.create(customer=factories.customer(), channel=channel)
        Fact.objects.create(
            conversation=talk, day=date(2026, 6, number + 1), hour=9, team=teams[team], score=score,
            first_reply=reply, kept=team, missed=1,
        )  # fmt: skip

    ours = Reach((teams[0].pk,))
    assert (measured("satisfaction", reach=ours), measured("first_reply", reach=ours)) == (4.5, 300)
    assert measured("promises_kept") == 0.2


def test_a_goal_of_a_team_counts_the_teams_below(lead: User) -> None:
    above = people.team()
    below = people.team(parent=above)
    for team in (above, below, None):
        factories.order(factories.customer(team=team), amount=100)
    Score.objects.create(
        customer=Customer.objects.filter(team=below).get(),
        recency=5,
        frequency=5,
        monetary=5,
        group="champion",
        stage="loyal",
    )

    assert goal(lead, whose="team", team=above).reach() == Reach((above.pk, below.pk))
    assert measured("loyal_share", reach=Reach((below.pk,))) == 1
    month = goal(lead, whose="team", team=above, period="quarter")
    measuring.read(month)
    month.refresh_from_db()
    assert month.value == 200


def test_a_reading_a_day_whoever_reads_how_often(lead: User) -> None:
    factories.order(factories.customer(owner=lead), amount=300)
    factories.order(factories.customer(), amount=50)
    own = goal(lead, whose="person")

    for _turn in range(2):
        measuring.read(own)
    measuring.sweep()

    own.refresh_from_db()
    assert own.value == 300
    assert Reading.objects.filter(goal=own).count() == 1
    assert len(own.past) == 6


@pytest.mark.parametrize(
    ("indicator", "value", "target", "day", "expected"),
    [
        # 10 of 30 days: 40 of 100 is a pace of 120 %.
        ("revenue", 40, 100, 10, (0.4, 1.2, State.ON_COURSE)),
        ("revenue", 20, 100, 10, (0.2, 0.6, State.BEHIND)),
        ("revenue", 100, 100, 10, (1, 3, State.REACHED)),
        ("revenue", 99, 100, 31, (0.99, 0.99, State.MISSED)),
        ("satisfaction", 4, 4, 10, (1, 1, State.ON_COURSE)),
        ("satisfaction", 4, 4, 31, (1, 1, State.REACHED)),
        # Less is better.
        ("first_reply", 1200, 600, 10, (0.5, 0.5, State.BEHIND)),
        ("first_reply", 300, 600, 31, (2, 2, State.REACHED)),
        ("churn_rate", None, 0.2, 10, (None, None, State.UNREAD)),
    ],
)
def test_pace_by_hand(indicator: str, value: float, target: float, day: int, expected: Any) -> None:
    one = Goal(
        indicator=indicator, value=value, target=target, starts_on=JUNE.first, ends_on=JUNE.last,
        read_at=timezone.now(),
    )  # fmt: skip
    pace = Pace(one, JUNE.first + timedelta(days=day - 1))
    found = [None if number is None else round(number, 6) for number in (pace.share, pace.projected)]
    assert (*found, pace.state) == expected


def test_a_goal_is_set_once_for_the_period_its_day_lies_in(lead: User) -> None:
    made = goal(lead, period="quarter", starts_on=date(2026, 5, 17))
    assert (made.starts_on, made.ends_on) == (date(2026, 4, 1), date(2026, 6, 30))
    with pytest.raises(Refused):
        goal(lead, period="quarter", starts_on=date(2026, 6, 1))


def test_who_sees_and_changes_which_goal(lead: User) -> None:
    north, south = people.team("North"), people.team("South")
    boss = people.user(Role.MANAGER, teams=(north,))
    seller = people.user(Role.SALES, teams=(north,))
    goals = {
        "company": goal(lead),
        "north": goal(lead, whose="team", team=north),
        "south": goal(lead, whose="team", team=south),
        "own": goal(seller, whose="person"),
    }

    def seen(user: User, action: str = "view") -> set[str]:
        rows = set(Goal.objects.visible_to(user, action))
        return {name for name, one in goals.items() if one in rows}

    assert seen(lead) == set(goals)
    assert seen(boss) == seen(boss, "edit") == {"north"}
    assert (seen(seller), seen(seller, "edit")) == ({"own"}, set())
    assert seen(people.user(Role.AUDITOR)) == set()


def test_the_form_takes_percent_and_minutes(client: Client, lead: User) -> None:
    client.force_login(lead)
    base = {"whose": "all", "owner": lead.pk, "period": "month", "starts_on": "2026-11-20"}
    client.post(f"{URL}new/", base | {"indicator": "churn_rate", "target": "12"})
    client.post(f"{URL}new/", base | {"indicator": "first_reply", "target": "5"})
    refused = client.post(f"{URL}new/", base | {"indicator": "revenue", "target": "-5"})

    assert set(Goal.objects.values_list("indicator", "target")) == {
        ("churn_rate", 0.12),
        ("first_reply", 300),
    }
    assert refused.status_code == 422


def test_a_manager_sets_goals_for_their_teams_only(client: Client) -> None:
    north, south = people.team(), people.team()
    boss = people.user(Role.MANAGER, teams=(north,))
    client.force_login(boss)
    base = {
        "indicator": "revenue",
        "target": "9",
        "owner": boss.pk,
        "period": "year",
        "starts_on": "2026-11-20",
    }

    answers = [
        client.post(f"{URL}new/", base | more).status_code
        for more in (
            {"whose": "all"},
            {"whose": "team", "team": south.pk},
            {"whose": "team", "team": north.pk},
        )
    ]
    assert answers == [422, 422, 302]


def test_home_shows_the_goals_one_answers_for(client: Client, lead: User) -> None:
    goal(lead)
    goal(people.user(Role.OPERATIONS))
    measuring.sweep()
    client.force_login(lead)

    assert client.get("/").content.decode().count('class="progress-block"') == 1
    assert client.get(URL).content.decode().count('class="card goal"') == 2
    assert client.get(f"{URL}{Goal.objects.filter(owner=lead).get().pk}/").status_code == 200
