"""A run is done once, alone, and as a whole."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers.orders.models import Rollup
from segments import leasing
from segments.factories import buyer, score, scored
from segments.scoring import rfm, running, services
from segments.scoring.models import Score, ScoringRun

pytestmark = pytest.mark.django_db


def drafts() -> list[str]:
    return [name for name in connection.introspection.table_names() if name.startswith(rfm.DRAFTS)]


def test_starting_queues_a_run_and_says_who_asked() -> None:
    marketer = people.user(Role.MARKETING)
    run = services.start(by=marketer)
    assert (run.status, run.asked_by) == ("queued", marketer)
    assert AuditEntry.objects.get(action="scoring.started").actor == marketer


def test_a_second_start_is_refused_while_one_is_under_way() -> None:
    services.start(by=people.user())
    with pytest.raises(Refused):
        services.start(by=people.user())


def test_the_database_allows_one_unfinished_run() -> None:
    ScoringRun.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoringRun.objects.create(status="running")


def test_a_finished_run_makes_room() -> None:
    scored()
    assert running.queue(by=None)


def test_running_a_finished_run_again_changes_nothing() -> None:
    buyer()
    run = scored()
    Score.objects.update(group="loyal")
    running.run(run.pk)
    assert Score.objects.get().group == "loyal"


def test_a_run_that_somebody_holds_is_left_alone() -> None:
    buyer()
    run = running.queue(by=None)
    ScoringRun.objects.update(status="running", lease_until=timezone.now() + timedelta(minutes=1))
    assert run
    running.run(run.pk)
    assert not Score.objects.exists()


def test_a_run_whose_worker_died_is_taken_over() -> None:
    buyer()
    running.queue(by=None)
    ScoringRun.objects.update(
        status="running", lease_until=timezone.now() - timedelta(seconds=1), lease_token="dead", attempts=1
    )
    running.sweep()
    assert ScoringRun.objects.get().status == "done"
    assert Score.objects.count() == 1


def test_a_crash_leaves_the_old_scores_and_the_sweep_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one = buyer()
    score(one, group="loyal")
    run = running.queue(by=None)
    assert run
    # What a full disk does: the last statement of publishing fails after the others have written.
    monkeypatch.setattr(rfm, "COUNT", "SELECT 1 / 0 FROM {draft}")
    with pytest.raises(Exception, match="division"):
        running.run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == ("running", "DataError")
    assert Score.objects.get().group == "loyal"
    assert drafts() == []
    monkeypatch.undo()
    running.sweep()
    run.refresh_from_db()
    assert (run.status, run.error) == ("done", "")
    assert Score.objects.get().group == "lost"


def test_a_run_that_fails_three_times_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    running.queue(by=None)
    monkeypatch.setattr(rfm, "COUNT", "SELECT 1 / 0 FROM {draft}")
    buyer()
    for _attempt in range(3):
        with pytest.raises(Exception, match="division"):
            running.sweep()
    running.sweep()
    assert ScoringRun.objects.get().status == "failed"
    assert running.queue(by=None)


def test_a_worker_that_was_taken_for_dead_publishes_nothing() -> None:
    buyer()
    running.queue(by=None)
    ScoringRun.objects.update(status="running", lease_token="new", lease_until=timezone.now())
    held = leasing.Held(ScoringRun.objects.get(), "old")
    with pytest.raises(leasing.LostLease):
        held.step(20, step=ScoringRun.Step.SCORES)


def test_a_draft_left_by_a_crash_is_removed() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {rfm.DRAFTS}left (customer_id bigint)")
    scored()
    assert drafts() == []


def test_only_customers_whose_group_changed_have_a_new_since() -> None:
    long_ago = timezone.now() - timedelta(days=100)
    for number in range(5):
        buyer(days_ago=number * 10, days=number + 1, total=number * 100)
    scored()
    Score.objects.update(since=long_ago)
    best = Score.objects.order_by("-monetary").first()
    assert best
    Rollup.objects.filter(pk=best.pk).update(last_order_at=timezone.now())
    before = dict(Score.objects.values_list("pk", "group"))
    run = scored()
    moved = {pk for pk, group in Score.objects.values_list("pk", "group") if before[pk] != group}
    assert moved
    assert run.moved == len(moved)
    assert set(Score.objects.filter(since__gt=long_ago).values_list("pk", flat=True)) == moved


def test_scoring_again_writes_no_row() -> None:
    buyer()
    scored()
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text FROM scoring_score")
        before = cursor.fetchall()
        scored()
        cursor.execute("SELECT xmin::text FROM scoring_score")
        assert cursor.fetchall() == before


def test_a_customer_without_orders_any_more_loses_the_score() -> None:
    one = buyer()
    scored()
    Rollup.objects.filter(pk=one.pk).update(
        orders=0, days=0, total=0, first_order_at=None, last_order_at=None
    )
    scored()
    assert not Score.objects.exists()


def test_the_night_queues_one_run_and_a_missed_night_is_made_up_for() -> None:
    run = scored()
    assert running.queue_if_due() is None
    ScoringRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert running.queue_if_due()
    assert running.queue_if_due() is None


def test_a_base_that_was_never_scored_waits_to_be_asked() -> None:
    assert running.queue_if_due() is None


def test_the_summary_adds_up_to_the_base() -> None:
    for number in range(1, 12):
        buyer(days_ago=number * 9, days=number % 4 + 1, total=number * 10)
    summary = scored().summary
    assert summary["total"] == [11, "660.00"]
    for part in ("cells", "groups", "stages"):
        assert sum(customers for customers, _money in summary[part].values()) == 11
