"""Readers find each piece of news exactly once, however the transactions that write them overlap."""

import threading

import pytest
from django.db import close_old_connections, connection, transaction

from channels.live import publishing, reading, services
from channels.live.models import Event
from channels.live.reading import Cursor

pytestmark = pytest.mark.slow


def test_what_commits_late_is_not_skipped(transactional_db: None) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow_writer() -> None:
        close_old_connections()
        with transaction.atomic():
            publishing.publish("user:1", "early")
            begun.set()
            go_on.wait(10)
        connection.close()

    start = reading.since(None).cursor
    writer = threading.Thread(target=slow_writer)
    writer.start()
    begun.wait(10)
    publishing.publish("user:1", "late")
    first = reading.since(start)
    assert [one.kind for one in first.news] == ["late"]
    go_on.set()
    writer.join()
    second = reading.since(first.cursor)
    # Its number is the smaller one, and still it is news.
    assert [one.kind for one in second.news] == ["early"]
    assert second.news[0].pk < first.news[0].pk
    assert reading.since(second.cursor).news == ()


def test_many_writers_are_read_without_gap_and_repeat(transactional_db: None) -> None:
    start = reading.since(None).cursor

    def write(number: int) -> None:
        close_old_connections()
        for count in range(40):
            with transaction.atomic():
                publishing.publish("user:1", "x", {"n": number * 100 + count})
                if count % 3 == 0:
                    publishing.publish("user:2", "x")
        connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for one in writers:
        one.start()
    seen: list[int] = []
    cursor = start
    while any(one.is_alive() for one in writers) or reading.since(cursor).news:
        found = reading.since(cursor, ["user:1"])
        assert not found.is_broken
        cursor = Cursor.parse(str(found.cursor)) or start
        seen += [one.data["n"] for one in found.news]
    assert sorted(seen) == sorted(number * 100 + count for number in range(6) for count in range(40))


def test_who_was_away_too_long_is_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = reading.since(None).cursor
    long_ago = Cursor(now.xmin, now.xmax, now.open, now.at - 24 * 3600)
    assert reading.since(long_ago).is_broken
    from_elsewhere = Cursor(now.xmin, now.xmax + 10**6, now.open, now.at)
    assert reading.since(from_elsewhere).is_broken
    monkeypatch.setattr(reading, "MOST", 2)
    for _ in range(3):
        publishing.publish("user:1", "x")
    found = reading.since(now)
    assert found.is_broken
    assert found.news == ()


@pytest.mark.parametrize("text", ["", "1", "1:2@3", "1:2:3;@4", "9" * 400, "1:2:@x", "１:2:@3", "1:2:,@3"])
def test_a_cursor_of_somebody_else_is_none(text: str) -> None:
    assert Cursor.parse(text) is None


def test_news_are_swept_after_a_day(db: None) -> None:
    publishing.publish("user:1", "old")
    Event.objects.update(at="2026-01-01T00:00:00Z")
    publishing.publish("user:1", "new")
    assert services.sweep() == 1
    assert Event.objects.get().kind == "new"
