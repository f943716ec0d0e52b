"""Figures add up, follow what changes, and lead to their conversations."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from channels.inbox.hooks import Change, What
from channels.inbox.models import Conversation
from channels.knowledge import counting
from channels.knowledge import factories as knowledge
from channels.reports import figures, rating, refreshing, times
from channels.reports.models import Fact, Refresh, Tally
from channels.reports.periods import PeriodForm
from channels.reports.tests.conftest import as_, conversation, noon
from channels.standards.models import Calendar
from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role

M = Tally.Measure
PAGE = "/service/reports/"


def report(user: User, **asked: Any) -> figures.Report:
    return figures.load(
        user, PeriodForm({name: str(value) for name, value in asked.items()}, user=user).asked()
    )


@pytest.fixture
def several(team: Team, person: User) -> list[Conversation]:
    mine: dict[str, Any] = {"team": team, "assignee": person}
    found = [
        conversation(reply=minutes, solved=60 * minutes, kept=minutes < 20, **mine)
        for minutes in (2, 10, 10, 30)
    ]
    found.append(conversation(kind="wechat", reopened=1, **mine))
    found.append(conversation(closed_because="spam", **mine))
    found.append(conversation(kind="sms"))
    refreshing.sweep()
    return found


def test_counts_are_those_of_the_conversations(
    several: list[Conversation], manager: User, person: User
) -> None:
    found = report(manager)
    part = found.all
    assert [part.total(one) for one in (M.OPENED, M.CLOSED, M.REOPENED, M.KEPT, M.MISSED)] == [5, 4, 1, 3, 1]
    assert part.quantile(M.FIRST_REPLY, 0.5) == pytest.approx(600, rel=0.15)
    assert part.quantile(M.FIRST_REPLY, 0.9) == pytest.approx(1800, rel=0.19)
    assert found.hours == {("email", 12): 4, ("wechat", 12): 1}
    assert found.days[noon().date()][0] == 5
    assert [(one.name, one.total(M.OPENED)) for one in found.people] == [("Maya", 5)]
    everything = report(people.user(Role.OPERATIONS))
    assert everything.all.total(M.OPENED) == 6
    assert report(people.user(Role.OPERATIONS), team=several[0].team_id).all.total(M.OPENED) == 5


def test_years_are_counted_by_month_and_agree(several: list[Conversation], manager: User) -> None:
    days, year = report(manager, days=30), report(manager, days=365)
    assert year.asked.by_month
    assert year.all.counts == days.all.counts


def test_a_period_is_made_up_of_few_spans(manager: User) -> None:
    for first, last in (
        ("2026-01-05", "2026-01-11"),
        ("2026-01-07", "2026-03-18"),
        ("2026-02-03", "2026-02-04"),
    ):
        asked = PeriodForm({"from": first, "to": last}, user=manager).asked()
        covered = [
            day + timedelta(days=one)
            for span, day in asked.spans()
            for one in range(7 if span == Tally.Span.WEEK else 1)
        ]
        assert len(covered) == len(set(covered)) == (asked.last - asked.first).days + 1
        assert (min(covered), max(covered)) == (asked.first, asked.last)
        assert len(asked.spans()) <= 22


def test_who_sees_only_their_own_gets_the_same_numbers(
    several: list[Conversation], person: User, manager: User
) -> None:
    mine, all_of_it = report(person), report(manager)
    assert mine.all.counts == all_of_it.all.counts
    assert mine.hours == all_of_it.hours
    assert report(person, days=365).all.counts == mine.all.counts
    assert report(people.user(Role.SERVICE)).all.total(M.OPENED) == 0


def test_what_changes_is_counted_anew(several: list[Conversation], manager: User) -> None:
    moved = several[0]
    Conversation.objects.filter(pk=moved.pk).update(opened_at=noon() - timedelta(days=1), team=people.team())
    refreshing.note(Change(moved, What.CHANGED))
    refreshing.sweep()
    assert report(manager).all.total(M.OPENED) == 4
    merged = several[1]
    Conversation.objects.filter(pk=merged.pk).update(merged_into=several[2])
    refreshing.note(Change(merged, What.MERGED))
    refreshing.sweep()
    assert report(manager).all.total(M.OPENED) == 3
    assert not Fact.objects.filter(pk=merged.pk).exists()
    columns = ("span", "day", "measure", "kind", "bucket", "number")
    before = sorted(Tally.objects.values_list(*columns))
    refreshing.mark(one.pk for one in several)
    assert refreshing.sweep() == len(several)
    assert before == sorted(Tally.objects.values_list(*columns))


def test_only_opening_hours_count_when_asked(team: Team, manager: User) -> None:
    week = [[[9 * 60, 18 * 60]]] * 7
    Calendar.objects.update(week=week, china=False)
    evening = noon().replace(hour=17, minute=30)
    made = conversation(at=evening, reply=16 * 60, team=team)
    refreshing.sweep()
    assert Fact.objects.get(pk=made.pk).first_reply == 16 * 3600
    assert Fact.objects.get(pk=made.pk).first_reply_open == 3600


def test_the_page_leads_to_the_conversations_behind_each_figure(
    several: list[Conversation], manager: User, django_assert_max_num_queries: Any
) -> None:
    client = as_(manager)
    client.get(PAGE)
    with django_assert_max_num_queries(14):
        page = client.get(PAGE).content.decode()
    assert "Maya" in page
    url = reverse("reports:conversations")
    day = noon().date().isoformat()
    expected: list[tuple[dict[str, Any], int]] = [
        ({"measure": "opened"}, 5),
        ({"measure": "opened", "kind": "wechat", "hour": 12}, 1),
        ({"measure": "opened", "hour": 3}, 0),
        ({"measure": "closed"}, 4),
        ({"measure": "first", "slower": 1200}, 1),
        ({"measure": "missed"}, 1),
        ({"measure": "kept", "from": day, "to": day}, 3),
        ({"measure": "opened", "from": "2020-01-01", "to": "2020-02-01"}, 0),
        ({"measure": "reopened", "person": several[0].assignee_id}, 1),
    ]
    for query, number in expected:
        answer = client.get(url, query)
        assert len(answer.context["rows"]) == number, query
    assert client.get(url, {"measure": "nonsense"}).status_code == 400
    assert client.get(PAGE, {"days": "x", "from": "y", "team": "z"}).status_code == 200


def test_who_may_not_see_conversations_gets_no_links(several: list[Conversation]) -> None:
    marketing = as_(people.user(Role.MARKETING))
    page = marketing.get(PAGE).content.decode()
    assert reverse("reports:conversations") not in page
    assert len(marketing.get(reverse("reports:conversations"), {"measure": "opened"}).context["rows"]) == 0
    assert as_(people.user(Role.SALES)).get(PAGE).status_code == 404


def test_tables_are_files_without_formulas(several: list[Conversation], manager: User, person: User) -> None:
    User.objects.filter(pk=person.pk).update(name="=1+1")
    url = reverse("reports:table", args=["people"])
    answer = as_(manager).get(url)
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert '"\'=1+1"' in text
    assert as_(person).get(url).status_code == 404
    for name, status in (("days", 200), ("hours", 200), ("teams", 200), ("other", 404)):
        assert as_(manager).get(reverse("reports:table", args=[name])).status_code == status


def test_articles_and_ratings_are_beside(several: list[Conversation], manager: User, person: User) -> None:
    counting.inserted(knowledge.published(), several[0], by=person)
    refreshing.mark([several[0].pk])
    assert rating.rate(several[0], 4, "")
    assert not rating.rate(several[0], 1, "")
    refreshing.sweep()
    part = report(manager).all
    assert (part.total(M.ARTICLE), part.mean(M.ARTICLE_RATED), part.mean(M.RATED)) == (1, 4, 4)
    assert "4.0" in as_(manager).get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (5, "5 s"), (600, "10 min"), (3700, "1 h 01"), (200_000, "2.3 days")],
)
def test_times_are_words(seconds: float | None, words: str) -> None:
    with translation.override("en"):
        assert times.words(seconds) == words


def test_the_refresh_says_how_old_figures_are(several: list[Conversation], manager: User) -> None:
    assert "Figures as of" in as_(manager).get(PAGE).content.decode()
    assert refreshing.sweep() == 0
    at = Refresh.objects.get().at
    assert at
    assert timezone.now() - at < timedelta(minutes=1)
