"""Conversations by set-based SQL: as many as there are customers, ten messages each, few of them open."""

from django.db import connection
from django.db.models import Model

from channels.inbox.models import Conversation, Message
from channels.models import Channel
from channels.reports import refreshing
from channels.reports.models import Fact, Tally
from channels.standards.models import Clock, Policy
from crm.accounts.models import User
from crm.bench.harness import say
from crm.demo import loading

MESSAGES = 10
# One conversation among them has been going on for years.
LONGEST = 5_000
# Of a hundred, so many are open; the rest is history.
OPEN = 5
TABLES: list[type[Model]] = [Conversation, Message, Clock]

# In no order: neighbours are alike, and so would be all with whom something happened last.
NUMBERED = """
    CREATE TEMPORARY TABLE talkers AS
    SELECT row_number() OVER (ORDER BY hashint8(id)) - 1 AS place, id, owner_id, team_id
    FROM customers_customer
    WHERE deleted_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM inbox_conversation AS held
        WHERE held.customer_id = customers_customer.id AND held.status <> 'closed')
"""
# Whoever owns the customer has the open conversation; a third has nobody yet.
CONVERSATIONS = """
    INSERT INTO inbox_conversation (token, customer_id, subject, channel_id, kind, language, status, priority,
        team_id, assignee_id, opened_at, last_at, last_in_at, preview, waiting_since, first_reply_at,
        snoozed_until, closed_at, closed_because, {names})
    SELECT gen_random_uuid(), talker.id, '问题 ' || made.place, channel.id, channel.kind, 'zh-hans',
        CASE WHEN made.is_open THEN (ARRAY['open','open','open','pending','snoozed'])[1 + made.place %% 5]
            ELSE 'closed' END,
        1 + made.place %% 4,
        coalesce(talker.team_id, (%(teams)s)[1 + made.place %% %(many_teams)s]),
        CASE WHEN made.is_open AND made.place %% 3 = 0 THEN NULL
            ELSE coalesce(talker.owner_id, (%(users)s)[1 + made.place %% %(many_users)s]) END,
        made.at - interval '2 hours', made.at, made.at, '请问什么时候发货？' || made.place,
        CASE WHEN made.is_open AND made.place %% 5 < 3 THEN made.at END, made.at - interval '1 hour',
        CASE WHEN made.is_open AND made.place %% 5 = 4 THEN now() + interval '1 day' END,
        CASE WHEN made.is_open THEN NULL ELSE made.at + interval '3 hours' END,
        CASE WHEN made.is_open THEN '' ELSE 'solved' END, {values}
    FROM (
        SELECT place, place < %(open)s AS is_open,
            now() - CASE WHEN place < %(open)s THEN place * interval '7 days' / %(open)s
                ELSE interval '1 day' + place * interval '720 days' / %(rows)s END AS at
        FROM generate_series(0::bigint, %(rows)s - 1) AS place
    ) AS made
    JOIN talkers AS talker ON talker.place = CASE WHEN made.is_open THEN made.place * %(step)s
        ELSE (made.place * 7919) %% %(talkers)s END
    JOIN LATERAL (SELECT (%(channels)s)[1 + made.place %% %(many_channels)s] AS id,
        (%(kinds)s)[1 + made.place %% %(many_channels)s] AS kind) AS channel ON true
"""
MESSAGES_OF = """
    INSERT INTO inbox_message (conversation_id, direction, channel_id, author_id, text, at, {names})
    SELECT talk.id, CASE WHEN step %% 5 IN (1, 3) THEN 'out' WHEN step %% 10 = 9 THEN 'note' ELSE 'in' END,
        talk.channel_id, CASE WHEN step %% 5 IN (1, 3) OR step %% 10 = 9 THEN talk.assignee_id END,
        '您好，关于订单 ' || talk.id || ' 的第 ' || step || ' 条消息：请问这款咖啡豆什么时候能发货？谢谢。',
        talk.opened_at + step * (talk.last_at - talk.opened_at) / %(steps)s, {values}
    FROM inbox_conversation AS talk, generate_series(0, %(steps)s - 1) AS step
    WHERE talk.id > %(after)s AND ({which})
"""
CLOCKS = """
    INSERT INTO standards_clock (conversation_id, kind, policy_id, started_at, target, counting_since, due_at,
        warn_at, breached_at, {names})
    SELECT id, 'next', %(policy)s, waiting_since, 14400, waiting_since, waiting_since + interval '4 hours',
        waiting_since + interval '3 hours',
        CASE WHEN waiting_since < now() - interval '4 hours' THEN waiting_since + interval '4 hours' END,
        {values}
    FROM inbox_conversation WHERE id > %(after)s AND waiting_since IS NOT NULL
"""


def fill(rows: int) -> None:
    """`rows` conversations beside those that are there, unless somebody filled them in before."""
    if Conversation.objects.count() >= rows:
        return
    say(f"Filling the inbox with {rows:,} conversations …")
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM inbox_conversation")
        after = cursor.fetchone()[0]
        cursor.execute(NUMBERED)
        cursor.execute("CREATE UNIQUE INDEX ON talkers (place)")
        cursor.execute("SELECT count(*) FROM talkers")
        talkers = cursor.fetchone()[0]
    loading.set_aside(TABLES)
    try:
        _insert(rows, talkers, after)
    finally:
        for number, _name, sql in loading.waiting():
            loading.put_back(number, sql)
        loading.forget()
    loading.take_stock(TABLES, vacuum=True)
    refreshing.sweep()
    loading.take_stock([Fact, Tally], vacuum=True)


def longest() -> Conversation:
    """The one with thousands of messages; it is the newest of all."""
    return Conversation.objects.filter(subject=f"{LONGEST:,}").get()


def _insert(rows: int, talkers: int, after: int) -> None:
    people = list(User.objects.filter(is_active=True, roles__overlap=["service", "operations", "sales"]))
    teams = sorted({team for user in people for team in user.team_ids})
    channels = list(Channel.objects.filter(enabled=True).order_by("pk"))
    is_open = max(1, min(rows, talkers) * OPEN // 100)
    given = {
        "rows": rows,
        "talkers": talkers,
        "open": is_open,
        "step": max(1, talkers // is_open),
        "steps": MESSAGES,
        "after": after,
        "users": [user.pk for user in people],
        "many_users": len(people),
        "teams": teams,
        "many_teams": len(teams),
        "channels": [one.pk for one in channels],
        "kinds": [one.kind for one in channels],
        "many_channels": len(channels),
        "policy": Policy.objects.order_by("position").values_list("pk", flat=True).first(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_sql(CONVERSATIONS, Conversation), given)
        _lengthen(after)
        cursor.execute(_sql(MESSAGES_OF, Message, which="true"), given)
        long_one = given | {"steps": LONGEST - MESSAGES}
        cursor.execute(_sql(MESSAGES_OF, Message, which=f"talk.subject = '{LONGEST:,}'"), long_one)
        cursor.execute(_sql(CLOCKS, Clock), given)


def _lengthen(after: int) -> None:
    """An open conversation of a customer whom a seller owns, so that every kind of reader sees it."""
    rows = Conversation.objects.filter(pk__gt=after, customer__owner__username="hejun")
    chosen = rows.order_by("status", "pk").last() or Conversation.objects.filter(pk__gt=after).latest("pk")
    Conversation.objects.filter(pk=chosen.pk).update(subject=f"{LONGEST:,}")


def _sql(text: str, table: type[Model], **more: str) -> str:
    """The statement with the defaults of the columns it does not name."""
    head = text.partition("SELECT")[0]
    named = {name.strip() for name in head.partition("(")[2].replace("{names})", "").split(",")}
    left = [
        (str(one.column), one.get_default())
        for one in table._meta.concrete_fields
        if one.column not in named and not one.null and not one.primary_key
    ]
    return text.format(
        names=", ".join(f'"{name}"' for name, _default in left),
        values=", ".join(_literal(default) for _name, default in left),
        **more,
    )


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return "'{}'" if isinstance(value, list | dict) else f"'{value}'"
