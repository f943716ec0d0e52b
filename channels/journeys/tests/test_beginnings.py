"""What lets customers in: days, states, visits without an order."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from channels.factories import conversation
from channels.journeys import beginnings, entering, festivals, occasions, rehearsing, running
from channels.journeys.models import Journey, Run
from channels.journeys.tests.conftest import design, journey, later, wait
from channels.reports.models import Rating
from channels.standards.models import Calendar, OwnDay
from crm.accounts.models import User
from crm.lib import lunar
from crm.lib.lunar import Lunar
from customers import factories
from customers.factories import customer
from customers.models import Customer
from customers.timeline import services as timeline
from segments.factories import segment
from segments.models import Crossing, Membership
from segments.movement.models import Change
from segments.predicting.models import Prediction

pytestmark = pytest.mark.django_db


def begun(by: User, **trigger: Any) -> Journey:
    """Who is through may enter again."""
    return journey(design(wait(1), trigger_of=trigger, again=True), by)


def who() -> list[str]:
    return list(Run.objects.order_by("customer").values_list("customer__name", flat=True))


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("spring", [date(2026, 2, 17), date(2027, 2, 6), date(2033, 1, 31)]),
        ("new-years-eve", [date(2026, 2, 16), date(2027, 2, 5)]),
        ("lantern", [date(2026, 3, 3)]),
        ("dragon-boat", [date(2026, 6, 19)]),
        ("qixi", [date(2026, 8, 19)]),
        ("mid-autumn", [date(2025, 10, 6), date(2026, 9, 25)]),
        ("qingming", [date(2024, 4, 4), date(2026, 4, 5), date(2027, 4, 5)]),
        ("mothers", [date(2026, 5, 10)]),
        ("black-friday", [date(2024, 11, 29), date(2026, 11, 27)]),
        ("double-11", [date(2026, 11, 11)]),
        ("christmas", [date(2026, 12, 25)]),
    ],
)
def test_festivals_are_on_their_days(name: str, days: list[date]) -> None:
    for day in days:
        year = [day + timedelta(days=one) for one in range(-40, 300)]
        assert [one for one in year if festivals.is_on(name, one)] == [day]


def test_a_festival_is_for_everybody_or_a_segment_and_comes_in_batches(
    marketer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.journeys.reading.BATCH", 2)
    people = [customer(name=f"P{number}") for number in range(5)]
    group = segment()
    Membership.objects.create(segment=group, customer=people[3])
    feast = timezone.localdate() + timedelta(days=3)
    calendar = Calendar.objects.create(name="Ours", week=[[]] * 7)
    OwnDay.objects.create(calendar=calendar, on=feast, name="Anniversary")
    festival: dict[str, Any] = {
        "kind": "festival",
        "festival": "own:Anniversary",
        "days_before": 3,
        "hour": 0,
    }
    made = begun(marketer, **festival)
    running.go_on(made.pk)
    assert who() == ["P0", "P1", "P2", "P3", "P4"]
    assert {run.entry_key for run in Run.objects.all()} == {f"festival:{feast}"}
    few = begun(marketer, **festival, segment=group.pk)
    running.go_on(few.pk)
    assert [run.customer for run in few.runs.all()] == [people[3]]
    with translation.override("en"):
        assert beginnings.tell(few.design["trigger"]).startswith("3 days before: Anniversary")
    assert rehearsing.rehearse(few.design, by=marketer).entered == 1


def test_birthdays_by_the_moon_are_one_a_lunar_year() -> None:
    """Two in one year of the common calendar, and none in another, are still one each."""
    born = lunar.find(Lunar(1990, 11, 20))
    someone = customer(birthday=born, birthday_is_lunar=True)
    common = customer(birthday=born)
    keys: list[tuple[int, str]] = []
    winters = (date(year, 12, 10) for year in (2025, 2026, 2027))
    days = [first + timedelta(days=one) for first in winters for one in range(32)]
    for day in days:
        keys += occasions.of({"kind": "birthday"}, day).came(0, 9)
    assert [key for pk, key in keys if pk == common.pk] == [f"birthday:{year}" for year in (2026, 2027, 2028)]
    mine = [key for pk, key in keys if pk == someone.pk]
    assert mine == [f"birthday:{year}" for year in (2025, 2026, 2027)]


def test_a_visit_without_an_order_counts_once_it_is_old_enough(marketer: User) -> None:
    made = begun(marketer, kind="abandoned", event="cart", hours=4)
    now = timezone.now()
    people = {name: customer(name=name) for name in ("left", "bought", "still there", "just now")}

    def touch(name: str, hours: float) -> None:
        moment = now + timedelta(hours=hours)
        timeline.record(people[name], "cart.added", summary="A shoe", at=moment, source="web")

    touch("left", 0.1)
    touch("left", 0.2)
    touch("bought", 0.1)
    touch("still there", 0.1)
    touch("still there", 3.9)
    touch("just now", 4)
    factories.order(people["bought"], placed_at=now + timedelta(hours=5))
    for _time in range(3):
        entering.read(made.pk, now + timedelta(hours=3))
    assert who() == []
    for _time in range(3):
        entering.read(made.pk, now + timedelta(hours=6))
    assert who() == ["left"]
    for _time in range(3):
        entering.read(made.pk, now + timedelta(hours=9))
    assert who() == ["left", "still there", "just now"]
    came = rehearsing.rehearse(made.design, by=marketer, until=now + timedelta(hours=9))
    assert came.entered == 4, "at the time, the order had not come within the hours"


def test_who_leaves_a_segment_moves_or_rates_low(marketer: User) -> None:
    group, now = segment(), later(0.01)
    left = begun(marketer, kind="left", segment=group.pk)
    moved = begun(marketer, kind="moved", to="stage:risk")
    rated = begun(marketer, kind="rated", score=2)
    one, two, three = customer(name="left"), customer(name="moved"), customer(name="angry")
    Crossing.objects.create(segment=group, customer=one, entered_at=now, left_at=now)
    Crossing.objects.create(segment=group, customer=two, entered_at=now)
    move = {"kind": "stage", "cause": "time", "scores_after": 111, "total": 1}
    Change.objects.create(customer=two, at=now, before="active", after="risk", **move)
    Change.objects.create(customer=one, at=now, before="active", after="risk", **move | {"cause": "rules"})
    Change.objects.create(customer=three, at=now, before="risk", after="lost", **move)
    for person, score in ((three, 2), (one, 5)):
        talk = conversation(person)
        Rating.objects.create(conversation=talk, score=score, at=now)
    for made, name in ((left, "left"), (moved, "moved"), (rated, "angry")):
        for minutes in (0, 6, 12):
            entering.read(made.pk, now + timedelta(minutes=15 + minutes))
        assert [run.customer.name for run in made.runs.all()] == [name]
        assert rehearsing.rehearse(made.design, by=marketer, until=later(1)).entered == 1
        assert beginnings.tell(made.design["trigger"])


def test_a_risk_that_rises_again_counts_again_but_flickering_does_not(marketer: User) -> None:
    was, rose = customer(name="was high"), customer(name="rose")
    Prediction.objects.create(customer=was, lapse_risk=90)
    low = Prediction.objects.create(customer=rose, lapse_risk=10)
    made = begun(marketer, kind="risk", percent=70)
    minutes = iter(range(6, 600, 6))

    def at_risk(percent: int) -> int:
        Prediction.objects.filter(pk=low.pk).update(lapse_risk=percent)
        entering.read(made.pk, timezone.now() + timedelta(minutes=next(minutes)))
        number = made.runs.count()
        made.runs.update(state="done", ended_at=timezone.now())
        return number

    assert [at_risk(percent) for percent in (10, 70, 67, 72, 64, 71)] == [0, 1, 1, 1, 1, 2]
    assert set(who()) == {"rose"}
    assert rehearsing.rehearse(made.design, by=marketer).entered == 2


def test_an_event_that_a_program_names_lets_customers_in(marketer: User) -> None:
    made = begun(marketer, kind="event", event="workshop")
    one: Customer = customer(name="guest")
    timeline.record(one, "workshop.attended", summary="", source="api:events", at=datetime.now(UTC))
    timeline.record(customer(), "workshops", summary="", source="api:events")
    running.go_on(made.pk)
    assert who() == ["guest"]
