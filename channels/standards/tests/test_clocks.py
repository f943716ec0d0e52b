"""Promises begin, pause and end with what happens in a conversation."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels import factories
from channels.inbox import sending, services
from channels.inbox.models import Conversation
from channels.models import Channel
from channels.standards import clocks, defaults, reading
from channels.standards.models import Calendar, Clock, Policy
from channels.standards.tests.talking import age, calendar, clock, hear, policy, say
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.factories import customer
from customers.models import Customer

pytestmark = pytest.mark.django_db
Kind, Status = Clock.Kind, Conversation.Status
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def mail() -> Channel:
    Policy.objects.all().delete()
    return factories.channel()


@pytest.fixture
def agent() -> User:
    return people.user(Role.OPERATIONS)


@pytest.fixture
def ming() -> Customer:
    return customer(name="Li Ming", email="ming@example.com")


def test_a_first_message_starts_the_first_reply_and_the_solution(mail: Channel, ming: Customer) -> None:
    policy()
    opened = hear(ming, mail)
    first, solved = clock(opened, Kind.FIRST), clock(opened, Kind.SOLVED)
    assert first.due_at == first.started_at + timedelta(minutes=60)
    assert first.warn_at == first.started_at + timedelta(minutes=45)
    assert solved.due_at == solved.started_at + timedelta(minutes=600)
    assert not Clock.objects.filter(kind=Kind.NEXT).exists()


def test_without_a_standard_nothing_is_promised(mail: Channel, ming: Customer) -> None:
    hear(ming, mail)
    assert not Clock.objects.exists()


def test_the_first_standard_that_fits_counts(mail: Channel, ming: Customer) -> None:
    policy(name="Text messages", conditions={"kinds": ["sms"]}, position=1)
    fits = policy(name="Mail", conditions={"kinds": ["email"]}, position=2)
    policy(name="Everything", position=3)
    assert clock(hear(ming, mail), Kind.FIRST).policy == fits


def test_a_standard_out_of_use_does_not_count(mail: Channel, ming: Customer) -> None:
    policy(enabled=False)
    hear(ming, mail)
    assert not Clock.objects.exists()


def test_an_answer_keeps_the_first_reply_only(mail: Channel, ming: Customer, agent: User) -> None:
    policy()
    opened = hear(ming, mail)
    answer = say(opened, mail, agent)
    assert clock(opened, Kind.FIRST).met_by == answer.pk
    assert clock(opened, Kind.SOLVED).met_at is None


def test_an_automatic_message_starts_and_keeps_nothing(mail: Channel, ming: Customer) -> None:
    policy()
    opened = hear(ming, mail, is_automatic=True)
    assert not Clock.objects.filter(conversation=opened).exists()


def test_a_further_message_starts_a_further_reply_once(mail: Channel, ming: Customer, agent: User) -> None:
    policy()
    opened = hear(ming, mail)
    say(opened, mail, agent)
    hear(ming, mail)
    hear(ming, mail)
    assert Clock.objects.filter(kind=Kind.NEXT).count() == 1
    say(opened, mail, agent)
    assert clock(opened, Kind.NEXT).met_at is not None


def test_taking_an_answer_back_lets_the_promise_go_on(mail: Channel, ming: Customer, agent: User) -> None:
    policy()
    opened = hear(ming, mail)
    before = clock(opened, Kind.FIRST)
    answer = say(opened, mail, agent)
    hear(ming, mail, "One more thing")
    sending.withdraw(answer, by=agent)
    after = clock(opened, Kind.FIRST)
    assert (after.pk, after.met_at, after.due_at) == (before.pk, None, before.due_at)
    assert not Clock.objects.running().filter(kind=Kind.NEXT).exists()


def test_while_we_wait_for_the_customer_the_solution_waits(
    mail: Channel, ming: Customer, agent: User
) -> None:
    policy()
    opened = hear(ming, mail)
    now = timezone.now()
    age(opened, counting_since=now - timedelta(minutes=100), started_at=now - timedelta(minutes=100))
    say(opened, mail, agent)
    paused = clock(opened, Kind.SOLVED)
    assert (paused.due_at, paused.counting_since) == (None, None)
    assert paused.used == pytest.approx(6000, abs=30)
    hear(ming, mail)
    again = clock(opened, Kind.SOLVED)
    assert again.due_at is not None
    assert again.due_at - timezone.now() == pytest.approx(timedelta(minutes=500), abs=timedelta(seconds=30))


def test_a_standard_may_go_on_while_we_wait(mail: Channel, ming: Customer, agent: User) -> None:
    policy(pauses_pending=False)
    opened = hear(ming, mail)
    say(opened, mail, agent)
    assert clock(opened, Kind.SOLVED).due_at is not None


@pytest.mark.parametrize("pauses", [True, False])
def test_snoozing_pauses_as_the_standard_says(mail: Channel, ming: Customer, *, pauses: bool) -> None:
    policy(pauses_snoozed=pauses)
    opened = hear(ming, mail)
    services.snooze(opened, timezone.now() + timedelta(days=1))
    assert (clock(opened, Kind.SOLVED).due_at is None) is pauses
    services.wake(opened)
    assert clock(opened, Kind.SOLVED).due_at is not None


def test_closing_keeps_the_solution_and_drops_the_rest(mail: Channel, ming: Customer) -> None:
    policy()
    opened = hear(ming, mail)
    services.close(opened, "solved")
    assert clock(opened, Kind.SOLVED).met_at is not None
    assert clock(opened, Kind.FIRST).dropped_at is not None


@pytest.mark.parametrize("reason", ["spam", "duplicate"])
def test_what_was_no_question_was_no_promise(mail: Channel, ming: Customer, reason: str) -> None:
    policy()
    opened = hear(ming, mail)
    services.close(opened, reason)
    assert clock(opened, Kind.SOLVED).dropped_at is not None


def test_opened_again_it_has_a_new_solution_to_keep(mail: Channel, ming: Customer) -> None:
    policy()
    opened = hear(ming, mail)
    services.close(opened, "solved")
    assert hear(ming, mail).pk == opened.pk
    assert Clock.objects.filter(conversation=opened, kind=Kind.SOLVED).count() == 2
    assert clock(opened, Kind.SOLVED).met_at is None


def test_another_priority_is_another_promise_for_what_is_left(mail: Channel, ming: Customer) -> None:
    policy(name="Urgent", conditions={"priorities": [4]}, first_reply=30, position=1)
    policy(name="All", first_reply=60, position=2)
    opened = hear(ming, mail)
    now = timezone.now()
    age(opened, counting_since=now - timedelta(minutes=20), started_at=now - timedelta(minutes=20))
    services.set_priority(opened, 4)
    due = clock(opened, Kind.FIRST).due_at
    assert due is not None
    assert due - timezone.now() == pytest.approx(timedelta(minutes=10), abs=timedelta(seconds=30))


def test_only_open_hours_count(mail: Channel, ming: Customer) -> None:
    at = datetime(2026, 11, 20, 17, 30, tzinfo=SHANGHAI)
    made = policy(calendar=calendar())
    opened = hear(ming, mail)
    Clock.objects.all().delete()
    (started,) = clocks.start(opened, made, [Kind.FIRST], at)
    assert started.due_at == datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)


def test_an_answer_that_came_late_says_so(mail: Channel, ming: Customer, agent: User) -> None:
    policy()
    opened = hear(ming, mail)
    due = timezone.now() - timedelta(minutes=5)
    age(opened, due_at=due, started_at=due - timedelta(hours=1))
    say(opened, mail, agent)
    assert clock(opened, Kind.FIRST).breached_at == due


def test_a_mail_that_lay_for_days_is_promised_from_its_arrival(mail: Channel, ming: Customer) -> None:
    policy()
    opened = hear(ming, mail, at=timezone.now() - timedelta(days=40))
    assert timezone.now() - clock(opened, Kind.FIRST).started_at < timedelta(minutes=1)


def test_lists_learn_the_most_urgent_promise_in_one_query(
    mail: Channel, ming: Customer, django_assert_num_queries: object
) -> None:
    policy()
    opened = hear(ming, mail)
    now = timezone.now()
    age(opened, warn_at=now - timedelta(minutes=1))
    with django_assert_num_queries(1):  # type: ignore[operator]
        due = reading.due([opened])[opened.pk]
    assert (due.kind, due.tone) == (Kind.FIRST, "warn")
    assert reading.due([opened], now + timedelta(hours=2))[opened.pk].tone == "bad"


@pytest.mark.parametrize(
    "change",
    [
        {"due_at": None},
        {"escalated_at": timezone.now()},
        {"met_at": timezone.now() + timedelta(days=1), "dropped_at": timezone.now() + timedelta(days=1)},
        {"met_at": timezone.now() - timedelta(days=1)},
    ],
)
def test_a_clock_cannot_lie(mail: Channel, ming: Customer, change: dict[str, object]) -> None:
    policy()
    opened = hear(ming, mail)
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.filter(conversation=opened, kind=Kind.FIRST).update(**change)


def test_a_promise_runs_once(mail: Channel, ming: Customer) -> None:
    made = policy()
    opened = hear(ming, mail)
    with pytest.raises(IntegrityError), transaction.atomic():
        clocks.start(opened, made, [Kind.FIRST], timezone.now())


@pytest.mark.parametrize(
    "fields",
    [
        {"first_reply": None, "next_reply": None, "resolution": None},
        {"warn_at": 100},
        {"tells": "person"},
    ],
)
def test_a_standard_cannot_be_empty(db: None, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        policy(**fields)


def test_a_calendar_has_seven_days(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        calendar(week=[[]])


def test_a_new_company_has_office_hours_and_three_standards(db: None) -> None:
    Policy.objects.all().delete()
    Calendar.objects.all().delete()
    defaults.create(using="default")
    defaults.create(using="default")
    assert Policy.objects.count() == 3
    assert Calendar.objects.get().china
