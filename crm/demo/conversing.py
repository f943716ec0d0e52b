"""What customers asked these weeks, how it was answered, and what still waits: conversations of the inbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from channels.inbox.models import CannedReply, Conversation, Mention, Message
from channels.inbox.receiving import SOURCE, entry_channel
from channels.models import Channel
from channels.phones.personas import of_customer
from channels.reports.models import Rating
from crm.demo.company import Staff
from crm.demo.dice import dice
from crm.demo.words import dialogues
from crm.demo.words.catalogue import ARTICLES
from crm.lib.copying import draw_ids
from customers.models import Customer
from customers.timeline.models import Entry

# One customer of five has talked to us of late; more than this nobody looks at.
SHARE, MOST = 5, 2000
WEEKS = 5
# Of those that began in the last days, so many of a hundred are still open.
FRESH = timedelta(days=2)
NEW = ["open"] * 45 + ["pending"] * 30 + ["snoozed"] * 5 + ["closed"] * 20
OLD = ["closed"] * 97 + ["open"] * 3
REASONS = ["solved"] * 88 + ["no_answer"] * 8 + ["other"] * 4
SCORES = [5] * 11 + [4] * 6 + [3] * 2 + [2, 1]
AGENTS = {
    "在线客服组": ["sunlei", "zhaojing", "maya"],
    "售后服务组": ["fangwei", "maya"],
    "海外与企业部": ["maya", "olivia", "lucas"],
}
HOURS = (9, 10, 10, 11, 11, 12, 13, 14, 14, 15, 15, 16, 17, 18, 20, 21)
Direction, Status = Message.Direction, Conversation.Status


class Line(NamedTuple):
    minutes: int
    who: str
    kind: str
    text: str


class Dialogue(NamedTuple):
    subject: str
    tags: list[str]
    team: str
    lines: list[Line]


@dataclass
class Told:
    """Rows to be written, each table in one go."""

    conversations: list[Conversation] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    # Conversations that a customer began, with when they were answered first.
    touched: dict[int, datetime] = field(default_factory=dict)


def converse(staff: Staff, wired: Mapping[str, Channel], *, seed: int, until: datetime) -> list[Conversation]:
    rng = dice(seed, "conversations")
    customers = _speakers()
    told = Told()
    numbers = _numbers(Conversation, len(customers))
    for number, customer in zip(numbers, customers, strict=True):
        chinese = (customer.country or "CN") == "CN"
        texts = scripts(dialogues.CHINESE if chinese else dialogues.ENGLISH)
        script = texts[int(rng.integers(len(texts)))]
        _one(told, rng, number, customer, script, staff, wired, until)
    _number_messages(told)
    for rows in (told.conversations, told.messages, told.entries, told.ratings, told.mentions):
        _write(rows)
    touch(told.touched)
    _can(staff)
    return told.conversations


@cache
def scripts(text: str) -> list[Dialogue]:
    found = []
    for block in text.strip().split("\n\n"):
        head, *rest = block.split("\n")
        subject, tags, team = head.removeprefix("# ").split("|")
        lines = [Line(int(minutes), who, kind, words) for minutes, who, kind, words in map(_cut, rest)]
        found.append(Dialogue(subject, tags.split(","), team, lines))
    return found


def _cut(line: str) -> list[str]:
    return line.split("|", 3)


def _speakers() -> list[Customer]:
    """The customers we heard from last."""
    number = min(Customer.objects.present().count() // SHARE, MOST)
    spoke = Customer.objects.present().filter(restricted=False, conversations=None)
    spoke = spoke.exclude(phone="", email="")
    return list(spoke.order_by("-touched_at", "-pk")[:number])


def _one(
    told: Told,
    rng: np.random.Generator,
    number: int,
    customer: Customer,
    script: Dialogue,
    staff: Staff,
    wired: Mapping[str, Channel],
    until: datetime,
) -> None:
    lines = [line._replace(kind=_reaching(customer, line.kind, wired)) for line in script.lines]
    began = _began(rng, until)
    fresh = until - began < FRESH
    state = (NEW if fresh else OLD)[int(rng.integers(100))]
    agents = staff.of(AGENTS[script.team])
    agent = agents[int(rng.integers(len(agents)))]
    article = ARTICLES[int(rng.integers(len(ARTICLES)))].name
    made = Conversation(
        id=number,
        customer=customer,
        subject=script.subject,
        tags=script.tags,
        language="zh-hans" if script in scripts(dialogues.CHINESE) else "en",
        team_id=staff.teams[script.team],
        assignee_id=agent,
        opened_at=began,
        priority=int(rng.choice([1, 2, 2, 2, 2, 2, 3, 3, 4])),
    )
    lines = _until(lines, state)
    # All of it was said by now, the last word some minutes or hours ago.
    latest = until - timedelta(minutes=sum(line.minutes + 1 for line in lines) + float(rng.exponential(90)))
    at = made.opened_at = min(began, latest)
    for line in lines:
        at += timedelta(minutes=line.minutes, seconds=int(rng.integers(50)))
        message = _message(made, line, wired[line.kind], customer, agent, article, at)
        told.messages.append(message)
        _follow(made, message)
    _settle(made, state, at, rng, until, told)
    told.conversations.append(made)
    told.touched[customer.pk] = at


def _reaching(customer: Customer, kind: str, wired: Mapping[str, Channel]) -> str:
    """The kind of channel, or another one where we have no account for it or they have no address there."""
    person = of_customer(customer)
    found = (one for one in (kind, "email", "sms") if one in wired and person.address(wired[one]))
    return next(found, "email")


def _began(rng: np.random.Generator, until: datetime) -> datetime:
    """Mostly of late: two of three in the last ten days, in the hours in which people write."""
    if rng.random() < 0.3:
        return until - timedelta(minutes=float(rng.exponential(420)) + 4)
    days = float(rng.exponential(9)) % (WEEKS * 7)
    day = timezone.localtime(until - timedelta(days=days))
    moment = day.replace(hour=int(rng.choice(HOURS)), minute=int(rng.integers(60)))
    return moment if moment < until else until - timedelta(days=1)


def _until(lines: Sequence[Line], state: str) -> list[Line]:
    """As far as the dialogue has come: what waits for us ends with the customer, the rest with us."""
    if state == Status.CLOSED:
        return list(lines)
    wanted = "in" if state == Status.OPEN else "out"
    last = max((place for place, line in enumerate(lines) if line.who == wanted), default=0)
    first = next((place for place, line in enumerate(lines) if line.who == wanted), 0)
    return list(lines[: 1 + (first if state == Status.OPEN and len(lines) % 2 else last)])


def _message(
    made: Conversation,
    line: Line,
    channel: Channel,
    customer: Customer,
    agent: int,
    article: str,
    at: datetime,
) -> Message:
    text = line.text.replace("{p}", article)
    is_mail = line.kind == "email"
    # By what the sandbox's phones call them: whoever plays them goes on where they stopped.
    address = "" if line.kind == "chat" else of_customer(customer).address(channel)
    return Message(
        conversation=made,
        direction=line.who,
        channel=None if line.who == Direction.NOTE else channel,
        author_id=None if line.who == Direction.IN else agent,
        address="" if line.who == Direction.NOTE else address,
        subject=made.subject if is_mail else "",
        text=text,
        at=at,
        delivered_at=at if line.who == Direction.OUT else None,
        read_at=at + timedelta(minutes=1) if line.who == Direction.OUT and not is_mail else None,
    )


def _follow(made: Conversation, message: Message) -> None:
    """What each message changes in its conversation."""
    if message.direction == Direction.NOTE:
        return
    made.last_at, made.preview = message.at, message.text[:200]
    if message.direction == Direction.IN:
        made.channel, made.kind = message.channel, message.channel.kind if message.channel else ""
        made.last_in_at = message.at
        made.waiting_since = made.waiting_since or message.at
    else:
        made.first_reply_at = made.first_reply_at or message.at
        made.waiting_since = None


def _settle(
    made: Conversation,
    state: str,
    at: datetime,
    rng: np.random.Generator,
    until: datetime,
    told: Told,
) -> None:
    made.status = state
    made.assigned_because = "load"
    if state == Status.SNOOZED:
        made.snoozed_until = until + timedelta(hours=int(rng.integers(2, 40)))
    elif state == Status.CLOSED:
        made.closed_at = min(at + timedelta(minutes=int(rng.integers(3, 400))), until)
        made.closed_because = REASONS[int(rng.integers(100))]
        made.waiting_since = None
        if rng.random() < 0.5:
            told.ratings.append(_rating(made, rng, until))
    elif state == Status.OPEN and made.first_reply_at is None and rng.random() < 0.5:
        made.assignee_id, made.assigned_because = None, ""


def _rating(made: Conversation, rng: np.random.Generator, until: datetime) -> Rating:
    asked = made.closed_at or until
    if rng.random() < 0.35 or asked >= until:
        return Rating(conversation=made, asked_at=asked)
    comment = str(rng.choice(dialogues.COMMENTS)) if rng.random() < 0.4 else ""
    score = SCORES[int(rng.integers(len(SCORES)))]
    at = min(asked + timedelta(minutes=int(rng.integers(2, 900))), until)
    return Rating(conversation=made, asked_at=asked, score=score, comment=comment, at=at)


def _number_messages(told: Told) -> None:
    """In the order in which they were said, as they would have come in; each stands on the timeline."""
    told.messages.sort(key=lambda one: one.at)
    for number, message in zip(_numbers(Message, len(told.messages)), told.messages, strict=True):
        message.pk = number
        if message.channel is not None:
            told.entries.append(_entry(message, message.channel))


def _entry(message: Message, channel: Channel) -> Entry:
    return Entry(
        customer_id=message.conversation.customer_id,
        kind="email" if channel.kind == "email" else "message",
        channel=entry_channel(channel.kind),
        direction=message.direction,
        occurred_at=message.at,
        summary=(message.subject or message.text)[:300],
        body=message.text,
        actor_id=message.author_id,
        source=SOURCE,
        source_id=str(message.pk),
        data={"conversation": message.conversation_id},
    )


def touch(latest: Mapping[int, datetime]) -> None:
    """Last activity moves along with what was said."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer AS customer SET touched_at = told.at"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS told (id, at)"
            " WHERE customer.id = told.id AND customer.touched_at < told.at",
            [list(latest), list(latest.values())],
        )


def _can(staff: Staff) -> None:
    CannedReply.objects.bulk_create(
        [
            CannedReply(
                title=title, shortcut=shortcut, text=text, language=language, team_id=staff.teams.get(team)
            )
            for title, shortcut, text, language, team in dialogues.CANNED
        ],
        ignore_conflicts=True,
    )


def _write(rows: Iterable[Model]) -> None:
    made = list(rows)
    if made:
        type(made[0])._default_manager.bulk_create(made, batch_size=1000)


def _numbers(table: type[Model], amount: int) -> list[int]:
    with connection.cursor() as cursor:
        return list(draw_ids(cursor, table._meta.db_table, amount))
