"""A campaign to many people: real gate, real rendering, real sockets, into a local sink that keeps nothing.

Over SMTP into aiosmtpd, over HTTP into uvicorn, and over SMTP into a server that hardly looks, where nothing
but our own work is left. The baseline is what the same sink takes, in the same minute, from a bare client
that sends a message made beforehand over as many open connections from as many processes.
"""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connections
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from channels.campaigns import finishing, planning, sending, services
from channels.campaigns.message import Message, Recipient
from channels.campaigns.models import Campaign
from channels.campaigns.placeholders import Person
from channels.models import Channel
from channels.sandbox import location
from crm.accounts.policy import Role
from crm.bench import bare, filling
from crm.bench.harness import Baseline, Result, bench, milliseconds, say, spread, throughput, timed
from crm.bench.sink import HOST, Running, sink
from crm.embedded.priority import give_way
from customers.models import Customer
from segments.models import Segment

WORKERS = (1, 2, 4)
# A base smaller than this only shows that the benchmark runs.
REHEARSAL = 1000
# The bare client needs fewer messages than we do to show its pace.
BARE = 20_000
PAGES_WHILE_IDLE = 60
SUBJECT = "{{ name }}，这个月的豆单到了"
BODY = """{{ name }}，你好：

这个月我们从云南带回了三支新豆：保山水洗、孟连日晒和一支少量的蜜处理。按你平时的口味，先试保山水洗会比较稳妥。

[看看这个月的豆单](https://shop.lanshan.example/beans)

周六下午两点在{{ city|你的城市 }}有一场杯测，带上朋友一起来：https://shop.lanshan.example/cupping
"""


@dataclass(frozen=True)
class Way:
    """How messages travel, with the bare client that travels likewise."""

    name: str
    connector: str
    client: bare.Connection
    port: int
    # One that announces messages ahead, where the protocol knows such a thing.
    quick: bare.Connection | None = None


@bench("campaign", rows=100_000)
def campaign(rows: int) -> Iterator[Result]:
    say(f"Filling the base with {rows:,} customers …")
    filling.customers(rows)
    filling.permissions()
    numbers = WORKERS if rows >= REHEARSAL else WORKERS[:1]
    # The gate counts contacts as ever, but all these campaigns go to the same people.
    with sink() as server, override_settings(CONTACT_CAP=100):
        ways = (
            Way("SMTP", "sandbox_smtp", bare.smtp, server.smtp),
            Way("HTTP", "sandbox_http", bare.over_http, server.http),
            Way("SMTP to a void", "sandbox_smtp", bare.smtp, server.void, bare.smtp_ahead),
        )
        for way in ways:
            # The sandbox's own connectors look up where it listens.
            location.write(location.Location(way.port, server.http))
            for workers in numbers:
                yield from _one(way, server, rows, workers)
        yield from _pages_meanwhile(ways[-1], numbers[-1])


def _one(way: Way, server: Running, rows: int, workers: int) -> Iterator[Result]:
    made = _draft(way)
    rate = _bare(way, way.client, made, server, min(rows, BARE), workers)
    ahead = _bare(way, way.quick, made, server, min(rows, BARE), workers) if way.quick else None
    services.launch(made, by=made.created_by)
    before = server.taken()
    with timed() as planned:
        planning.materialise(made.pk, seconds=3600)
    with timed() as sent:
        _in_processes(workers, _send, made.pk)
    _check(made, server.taken() - before, rows)
    baseline = Baseline(f"bare {way.name}", rate)
    label = f"campaign, {way.name}, {workers} worker{'s' if workers > 1 else ''}"
    yield throughput(label, rows, planned.seconds + sent.seconds, "messages/s", baseline)
    yield throughput(f"{label}, sending alone", rows, sent.seconds, "messages/s", baseline)
    if ahead:
        against = Baseline(f"bare {way.name}, announcing ahead", ahead)
        yield throughput(f"{label}, sending alone", rows, sent.seconds, "messages/s", against)
    yield Result(f"{label}, planning alone", rows, planned.seconds, rows / planned.seconds, "deliveries/s")


def _draft(way: Way) -> Campaign:
    by = filling.colleague(Role.MARKETING, Role.OPERATIONS)
    config = {"from_name": "澜山生活", "from_address": "news@lanshan.example"}
    channel, _made = Channel.objects.get_or_create(
        name=f"Bench {way.name}", defaults={"connector": way.connector, "kind": "email", "config": config}
    )
    rule = {"match": "all", "rules": [{"fact": "profile.has_email", "op": "yes"}]}
    segment, _made = Segment.objects.get_or_create(name="Bench", defaults={"rule": rule, "created_by": by})
    return Campaign.objects.create(
        name=f"Bench over {way.name}",
        segment=segment,
        channel=channel,
        subject=SUBJECT,
        body=BODY,
        created_by=by,
    )


def _check(made: Campaign, taken: int, rows: int) -> None:
    finishing.finish(made.pk)
    made.refresh_from_db()
    if made.status != Campaign.Status.DONE or taken != rows:
        raise RuntimeError(f"The campaign is {made.status}, and {taken:,} of {rows:,} messages arrived.")


def _send(campaign_pk: int) -> None:
    # As the worker does that takes campaigns.
    give_way()
    while sending.deliver(campaign_pk, seconds=3600):
        pass


def _bare(
    way: Way, client: bare.Connection, made: Campaign, server: Running, messages: int, workers: int
) -> float:
    """Messages a second from `workers` processes with as many connections each as ours have."""
    person = Person("王芳", "person", "", "", "上海", "zh-hans", None)
    payload = Message(made).payload(Recipient(person, "reader@mail.example", uuid4()), timezone.now())
    before, lines = server.taken(), settings.SEND_CONNECTIONS
    with timed() as watch:
        _in_processes(workers, bare.hammer, client, way.port, payload, messages // workers, lines)
    return (server.taken() - before) / watch.seconds


def _pages_meanwhile(way: Way, workers: int) -> Iterator[Result]:
    """What colleagues wait for a page while a campaign is sent as fast as it goes, and while nothing happens."""
    made = _draft(way)
    services.launch(made, by=made.created_by)
    planning.materialise(made.pk, seconds=3600)
    client = Client(SERVER_NAME=HOST)
    client.force_login(made.created_by)
    customers = Customer.objects.order_by("pk").values_list("pk", flat=True)[:12]
    pages = [reverse("customers:list"), reverse("campaigns:detail", args=[made.pk])]
    addresses = cycle([*pages, *(reverse("customers:detail", args=[pk]) for pk in customers)])

    def wait() -> float:
        return milliseconds(lambda: _ask(client, next(addresses)))

    for _ in range(4):
        wait()
    idle = spread([wait() for _ in range(PAGES_WHILE_IDLE)])
    busy: list[float] = []
    with _processes(workers, _send, made.pk) as children:
        while any(child.is_alive() for child in children) or not busy:
            busy.append(wait())
    p50, p95 = spread(busy)
    baseline = Baseline("the p95 of idle pages", 1000 / idle[1])
    yield Result(
        f"campaign, pages while {workers} send",
        len(busy),
        rate=1000 / p95,
        unit="pages/s",
        baseline=baseline,
        ratio=idle[1] / p95,
        p50_ms=p50,
        p95_ms=p95,
    )


def _ask(client: Client, address: str) -> None:
    if (answer := client.get(address)).status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")


def _in_processes(number: int, work: Callable[..., None], *arguments: Any) -> None:
    with _processes(number, work, *arguments):
        pass


@contextmanager
def _processes(number: int, work: Callable[..., None], *arguments: Any) -> Iterator[list[Any]]:
    """So many at work during the block, and until they are done."""
    reverse("desk:home")  # everything is imported once, and not by each child
    connections.close_all()  # a connection shared with a child would be two talking at once
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=work, args=arguments) for _ in range(number)]
    for child in children:
        child.start()
    try:
        yield list(children)
    finally:
        for child in children:
            child.join()
    if any(child.exitcode for child in children):
        raise RuntimeError("A worker of the benchmark died.")
