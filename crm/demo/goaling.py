"""What the company wants this month and quarter, and how it looked back at the month before."""

from datetime import date, datetime, timedelta

from crm.accounts.models import User
from crm.demo.company import Staff
from crm.desk.goals import measuring, services
from crm.desk.goals.models import Goal, Proposal, Review
from crm.desk.goals.pacing import Pace
from segments.facts import zone

# Who answers, whose numbers, the period, the indicator, and how much more than last time is wanted.
WANTED = [
    ("zhoumin", "all", "quarter", "revenue", 1.6),
    ("tianye", "all", "month", "new_customers", 1.3),
    ("sutang", "all", "month", "repurchase_rate", 1.05),
    ("sutang", "all", "quarter", "churn_rate", 0.95),
    ("linyue", "team", "month", "revenue", 1.2),
    ("dengxiaoyan", "all", "month", "satisfaction", 1.02),
    ("dengxiaoyan", "all", "month", "first_reply", 0.9),
]
PROPOSALS = [
    ("sutang", "给沉睡的老客户寄一封带小样的信", "repurchase_rate", "+2 %", "done", -6),
    ("dengxiaoyan", "早上九点前安排两人值在线客服", "first_reply", "−5 分钟", "open", 10),
    ("linyue", "逐个回访本月流失预警的企业客户", "churn_rate", "−3 %", "open", 20),
]


def want(staff: Staff, *, until: datetime) -> None:
    if Goal.objects.exists():
        return
    today = until.astimezone(zone()).date()
    for name, whose, period, indicator, factor in WANTED:
        owner = User.objects.get(pk=staff.users[name])
        _goal(owner, whose, period, indicator, factor, today)
    _review(staff, today)


def _goal(owner: User, whose: str, period: str, indicator: str, factor: float, today: date) -> None:
    """The target is what the last whole period came to, and a bit."""
    team = owner.teams.order_by("pk").first() if whose == "team" else None
    draft = Goal(
        indicator=indicator, owner=owner, whose=whose, team=team, period=period, starts_on=today, target=1
    )
    goal = services.save(draft, by=owner)
    measuring.read(goal)
    goal.refresh_from_db()
    before = next((value for _day, value in reversed(goal.past) if value), None) or goal.value or 1
    Goal.objects.filter(pk=goal.pk).update(target=round(float(before) * factor, 3))
    goal.refresh_from_db()
    _readings(goal, Pace(goal, today))


def _readings(goal: Goal, pace: Pace) -> None:
    """The days of the period so far, as they would have been read."""
    about = goal.about
    if about is None or not about.has_past:
        return
    for back in range(3, 28, 3):
        day = pace.today - timedelta(days=back)
        if day > goal.starts_on:
            span = type(goal.span)(goal.starts_on, day)
            goal.readings.get_or_create(day=day, defaults={"value": about.measure(goal.reach(), span)})


def _review(staff: Staff, today: date) -> None:
    boss = User.objects.get(pk=staff.users["zhoumin"])
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    review = services.review(
        Review(
            month=month,
            went_well="双十一预热比去年早一周，门店自提占比上升。",
            went_badly="售后工单在周一积压，首次回复偏慢。",
        ),
        by=User.objects.get(pk=staff.users["tianye"]),
    )
    measuring.freeze(review)
    review.refresh_from_db()
    for name, text, indicator, expected, state, days in PROPOSALS:
        proposal = Proposal(
            review=review,
            text=text,
            owner=User.objects.get(pk=staff.users[name]),
            due_on=today + timedelta(days=days),
            indicator=indicator,
            expected=expected,
        )
        services.propose(proposal, by=boss)
        if state == "done":
            services.close(proposal, state, by=boss)
            measuring.follow(proposal, today)
