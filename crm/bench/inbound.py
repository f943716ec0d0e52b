"""What providers bring: signed calls over real HTTP into our own server, then what follows of each.

The baseline inserts the finished rows of an event and its message one by one, in a transaction each: without
a signature, without finding out who it is, which conversation it belongs to, and whom to tell.
"""

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlsplit
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from channels.connectors.arriving import Request
from channels.inbound import ingesting
from channels.inbound.models import Event
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from channels.sandbox import playing
from channels.sandbox.playing import Person, Said
from channels.secrets import seal
from crm.bench import filling
from crm.bench.api import HOST, web
from crm.bench.harness import Baseline, Result, bench, milliseconds, say, spread, throughput, timed
from crm.demo.wiring import webhook_secret

CLIENTS = 4
# One address takes 6,000 calls a minute; a company has several.
ACCOUNTS = 20
# As many people write as there are messages for each of them.
MESSAGES_EACH = 5
BARE = 500


@bench("inbound", rows=10_000)
def inbound(rows: int) -> Iterator[Result]:
    people = max(rows // MESSAGES_EACH, 10)
    say(f"Filling the base with {people:,} customers …")
    filling.customers(people)
    accounts = [_account(number) for number in range(ACCOUNTS)]
    bare = Baseline("bare INSERT", _bare(min(rows, BARE), accounts[0]))
    calls = [_call(accounts[number % ACCOUNTS], number % people) for number in range(rows)]
    with web() as port:
        waits: list[float] = []
        shares = [calls[place::CLIENTS] for place in range(CLIENTS)]
        with timed() as watch, ThreadPoolExecutor(CLIENTS) as clients:
            for measured in clients.map(partial(_post, port), shares):
                waits += measured
    p50, p95 = spread(waits)
    yield throughput("inbound, stored and acknowledged", rows, watch.seconds, "events/s", bare)
    yield Result("inbound, one call", rows, p50_ms=p50, p95_ms=p95)
    with timed() as watch:
        taken = 0
        while number := ingesting.drain(30):
            taken += number
    yield throughput("inbound, taken in by one worker", taken, watch.seconds, "events/s", bare)
    written = Message.objects.filter(
        channel__in=accounts, direction="in"
    ).count()  # no customer data is shown
    if written != rows:
        raise RuntimeError(f"{written:,} messages came of {rows:,} calls.")


def _account(number: int) -> Channel:
    return Channel.objects.create(
        connector="webhook_generic",
        kind="web",
        name=f"Bench {number}",
        secret=seal({"signing_secret": webhook_secret()}),
    )


def _call(account: Channel, person: int) -> Request:
    said = Said("请问这款咖啡豆什么时候能发货？谢谢。")
    return playing.payload(account, said, Person(f"+86138{person + 1:08}", "王芳"))


def _post(port: int, calls: list[Request]) -> list[float]:
    line = http.client.HTTPConnection(HOST, port)

    def one(call: Request) -> None:
        line.request("POST", urlsplit(call.url).path, call.raw, dict(call.headers))
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"The address answered {answer.status}.")

    waits = [milliseconds(partial(one, call)) for call in calls]
    line.close()
    return waits


def _bare(rows: int, account: Channel) -> float:
    """Rows a second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM customers_customer")
        customer = cursor.fetchone()[0]
    talk = Conversation.objects.create(customer_id=customer, channel=account, kind="web")
    with timed() as watch:
        for _number in range(rows):
            with transaction.atomic():
                Event.objects.create(channel=account, dedupe_key=uuid4().hex, raw=b"{}", state="done")
                Message.objects.create(
                    conversation=talk, direction="in", channel=account, text="…", at=timezone.now()
                )
    Conversation.objects.filter(pk=talk.pk).delete()
    Event.objects.filter(channel=account).delete()
    return rows / watch.seconds
