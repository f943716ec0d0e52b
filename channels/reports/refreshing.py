"""Keeping the figures: facts of the conversations that changed, then the counts of the days they touch.

Everything is set-based and may be repeated: a fact is written from what is there now, and the counts of a day
are made anew from its facts.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from channels.inbox.hooks import Change, What
from channels.inbox.models import Conversation
from channels.reports import periods
from channels.reports.models import Changed, Refresh, Tally
from channels.standards.hours import Hours, business_between
from channels.standards.models import Calendar

Span = Tally.Span
BATCH = 5_000
# What bulk work added is taken in larger parts: each part counts all its days anew.
ADDED = 50_000
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('reports.refresh', 0))"
# News that moves no figure.
SILENT = frozenset({What.NOTED, What.DELIVERED, What.RECEIVED, What.SNOOZED, What.WOKEN})

TAKE = """
    DELETE FROM reports_changed WHERE id IN (SELECT id FROM reports_changed ORDER BY id LIMIT %s)
    RETURNING conversation_pk
"""
DAYS = """
    SELECT day FROM reports_fact WHERE conversation_id = ANY(%(pks)s)
    UNION SELECT closed_on FROM reports_fact WHERE conversation_id = ANY(%(pks)s) AND closed_on IS NOT NULL
"""
# What was merged is counted where it went; unwanted mail is not counted.
GONE = """
    DELETE FROM reports_fact USING inbox_conversation AS conversation
    WHERE conversation_id = conversation.id AND conversation.id = ANY(%(pks)s)
      AND (merged_into_id IS NOT NULL OR closed_because = 'spam')
"""
FACTS = """
    INSERT INTO reports_fact (conversation_id, day, hour, kind, team_id, person_id, closed_on, reopened,
                              first_reply, resolution, kept, missed, has_article, score)
    SELECT c.id, (opened_at AT TIME ZONE %(zone)s)::date, extract(hour FROM opened_at AT TIME ZONE %(zone)s),
           c.kind, c.team_id, c.assignee_id,
           CASE WHEN c.status = 'closed' THEN (closed_at AT TIME ZONE %(zone)s)::date END, c.reopened,
           greatest(0, extract(epoch FROM first_reply_at - opened_at)),
           CASE WHEN c.status = 'closed' THEN greatest(0, extract(epoch FROM closed_at - opened_at)) END,
           coalesce(clocks.kept, 0), coalesce(clocks.missed, 0),
           EXISTS (SELECT 1 FROM knowledge_insertion AS one WHERE one.conversation_id = c.id), rating.score
    FROM inbox_conversation AS c
    LEFT JOIN reports_rating AS rating ON rating.conversation_id = c.id
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE met_at IS NOT NULL AND breached_at IS NULL) AS kept,
               count(*) FILTER (WHERE breached_at IS NOT NULL) AS missed
        FROM standards_clock AS clock WHERE clock.conversation_id = c.id
    ) AS clocks ON true
    WHERE c.id = ANY(%(pks)s) AND merged_into_id IS NULL AND c.closed_because <> 'spam'
    ON CONFLICT (conversation_id) DO UPDATE SET
        day = excluded.day, hour = excluded.hour, kind = excluded.kind, team_id = excluded.team_id,
        person_id = excluded.person_id, closed_on = excluded.closed_on, reopened = excluded.reopened,
        first_reply = excluded.first_reply, resolution = excluded.resolution, kept = excluded.kept,
        missed = excluded.missed, has_article = excluded.has_article, score = excluded.score
"""
# The calendar of the standard that counts in each conversation.
SPANS = """
    SELECT c.id, opened_at, first_reply_at, CASE WHEN c.status = 'closed' THEN closed_at END,
           (SELECT policy.calendar_id FROM standards_clock AS clock
            JOIN standards_policy AS policy ON policy.id = clock.policy_id
            WHERE clock.conversation_id = c.id ORDER BY clock.id LIMIT 1)
    FROM inbox_conversation AS c JOIN reports_fact AS fact ON fact.conversation_id = c.id
    WHERE c.id = ANY(%(pks)s) AND (first_reply_at IS NOT NULL OR c.status = 'closed')
"""
OPEN_TIMES = """
    UPDATE reports_fact SET first_reply_open = given.reply, resolution_open = given.resolution
    FROM unnest(%(keys)s::bigint[], %(replies)s::int[], %(resolutions)s::int[])
        AS given(pk, reply, resolution)
    WHERE conversation_id = given.pk
"""
# Everything a fact adds to the counts. Numbers of the measures as in `Tally.Measure`; a time's class is a
# quarter of a doubling.
EVENTS = """
    SELECT event.day, event.measure, fact.team_id,
           CASE WHEN event.measure <> 14 THEN fact.person_id END AS person_id,
           event.kind, event.bucket, event.number
    FROM reports_fact AS fact CROSS JOIN LATERAL (VALUES
        (fact.day, 1, '', 0, 1),
        (fact.closed_on, 2, '', 0, 1),
        (fact.day, 3, '', 0, (fact.reopened > 0)::int),
        (fact.day, 4, '', floor(4 * ln(greatest(first_reply, 1)::float8) / ln(2::float8))::int, 1),
        (fact.day, 5, '', floor(4 * ln(greatest(first_reply_open, 1)::float8) / ln(2::float8))::int, 1),
        (fact.closed_on, 6, '', floor(4 * ln(greatest(resolution, 1)::float8) / ln(2::float8))::int, 1),
        (fact.closed_on, 7, '', floor(4 * ln(greatest(resolution_open, 1)::float8) / ln(2::float8))::int, 1),
        (fact.day, 8, '', 0, fact.kept::int),
        (fact.day, 9, '', 0, fact.missed::int),
        (fact.day, 10, '', fact.score::int, 1),
        (fact.day, 11, '', 0, fact.has_article::int),
        (CASE WHEN has_article THEN fact.closed_on END, 12, '',
         floor(4 * ln(greatest(resolution, 1)::float8) / ln(2::float8))::int, 1),
        (CASE WHEN has_article THEN fact.day END, 13, '', fact.score::int, 1),
        (fact.day, 14, fact.kind, fact.hour::int, 1)
    ) AS event(day, measure, kind, bucket, number)
    WHERE event.day IS NOT NULL AND event.bucket IS NOT NULL AND event.number > 0
      AND NOT (event.measure = 4 AND fact.first_reply IS NULL)
      AND NOT (event.measure = 5 AND fact.first_reply_open IS NULL)
      AND NOT (event.measure = 7 AND fact.resolution_open IS NULL)
"""
FORGET = "DELETE FROM reports_tally WHERE span = %(span)s AND day = ANY(%(days)s)"
COUNT = f"""
    INSERT INTO reports_tally (span, day, measure, team_id, person_id, kind, bucket, number)
    SELECT 0, day, measure, team_id, person_id, kind, bucket, sum(number)
    FROM ({EVENTS} AND event.day = ANY(%(days)s)
          AND (fact.day = ANY(%(days)s) OR fact.closed_on = ANY(%(days)s))) AS event
    GROUP BY day, measure, team_id, person_id, kind, bucket
"""
# Weeks and months from the days in them.
COUNT_SPANS = """
    INSERT INTO reports_tally (span, day, measure, team_id, person_id, kind, bucket, number)
    SELECT %(span)s, first, measure, team_id, person_id, kind, bucket, sum(number)
    FROM unnest(%(days)s::date[]) AS first
    JOIN reports_tally ON span = 0 AND day >= first AND day < first + %(length)s::interval
    GROUP BY first, measure, team_id, person_id, kind, bucket
"""
DONE = """
    INSERT INTO reports_refresh (id, newest, at) VALUES (1, %(newest)s, now())
    ON CONFLICT (id) DO UPDATE SET newest = greatest(reports_refresh.newest, excluded.newest), at = now()
"""


def note(change: Change) -> None:
    """Called inside the transaction of every change of a conversation."""
    if change.what not in SILENT:
        mark([change.conversation.pk])


def mark(pks: Iterable[int]) -> None:
    Changed.objects.bulk_create([Changed(conversation_pk=pk) for pk in pks])


def sweep() -> int:
    """Brings the figures up to date; returns how many conversations were looked at."""
    seen = 0
    while (done := _batch()) > 0:
        seen += done
    return seen


@transaction.atomic
def _batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(TAKE, [BATCH])
        changed = [pk for (pk,) in cursor.fetchall()]
    last = Refresh.objects.values_list("newest", flat=True).first() or 0
    added = list(Conversation.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:ADDED])
    pks = sorted({*changed, *added})
    days = _write_facts(pks) if pks else set()
    if days:
        _count(sorted(days))
    _run(DONE, {"newest": max([last, *added])})
    return len(changed) + len(added)


def _write_facts(pks: list[int]) -> set[date]:
    """Returns the days whose counts are no longer right: those of before and of now."""
    values = {"pks": pks, "zone": settings.TIME_ZONE}
    before = {day for (day,) in _rows(DAYS, values)}
    _run(GONE, values)
    _run(FACTS, values)
    _write_open_times(values)
    return before | {day for (day,) in _rows(DAYS, values)}


def _write_open_times(values: dict[str, Any]) -> None:
    calendars = {one.pk: one.hours() for one in Calendar.objects.prefetch_related("days")}
    usual = calendars[min(calendars)] if calendars else None
    keys: list[int] = []
    replies: list[int | None] = []
    resolutions: list[int | None] = []
    for pk, opened, replied, closed, calendar in _rows(SPANS, values):
        hours = calendars.get(calendar, usual)
        keys.append(pk)
        replies.append(_open(hours, opened, replied))
        resolutions.append(_open(hours, opened, closed))
    _run(OPEN_TIMES, {"keys": keys, "replies": replies, "resolutions": resolutions})


def _open(hours: Hours | None, start: Any, end: Any) -> int | None:
    if end is None:
        return None
    seconds = business_between(hours, start, end) if hours else (end - start).total_seconds()
    return max(0, int(seconds))


def _count(days: Sequence[date]) -> None:
    _run(FORGET, {"span": Span.DAY, "days": list(days)})
    _run(COUNT, {"days": list(days)})
    for span, length in ((Span.WEEK, "1 week"), (Span.MONTH, "1 month")):
        firsts = sorted({periods.first_of(span, day) for day in days})
        _run(FORGET, {"span": span, "days": firsts})
        _run(COUNT_SPANS, {"span": span, "days": firsts, "length": length})


def _run(sql: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _rows(sql: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
