"""A campaign to many people: real gate, real rendering, real SMTP, into a local sink that keeps nothing.

The baseline is what the same sink takes, in the same minute, from a bare client that sends a message made
beforehand over as many open connections from as many processes.
"""

import multiprocessing
import smtplib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connections
from django.utils import timezone

from channels.campaigns import finishing, planning, sending, services
from channels.campaigns.message import Message, Recipient
from channels.campaigns.models import Campaign
from channels.campaigns.placeholders import Person
from channels.models import Channel
from crm.accounts.policy import Role
from crm.bench import filling
from crm.bench.harness import Baseline, Result, bench, say, throughput, timed
from crm.bench.sink import HOST, Running, sink
from segments.models import Segment

WORKERS = (1, 2)
# The bare client needs fewer messages than we do to show its pace.
BARE = 20_000
SUBJECT = "{{ name }}，这个月的豆单到了"
BODY = """{{ name }}，你好：

这个月我们从云南带回了三支新豆：保山水洗、孟连日晒和一支少量的蜜处理。按你平时的口味，先试保山水洗会比较稳妥。

[看看这个月的豆单](https://shop.lanshan.example/beans)

周六下午两点在{{ city|你的城市 }}有一场杯测，带上朋友一起来：https://shop.lanshan.example/cupping
"""


@bench("campaign", rows=100_000)
def campaign(rows: int) -> Iterator[Result]:
    say(f"Filling the base with {rows:,} customers …")
    filling.customers(rows)
    filling.permissions()
    with sink() as server:
        for workers in WORKERS:
            made = _draft(server, workers)
            bare = Baseline("bare SMTP", _bare(made, server, min(rows, BARE), workers))
            yield from _ours(made, server, rows, workers, bare)


def _draft(server: Running, workers: int) -> Campaign:
    by = filling.colleague(Role.MARKETING, Role.OPERATIONS)
    channel, _made = Channel.objects.get_or_create(
        name=f"Bench {server.port}",
        defaults={
            "connector": "smtp",
            "kind": "email",
            "config": {
                "host": HOST,
                "port": server.port,
                "security": "none",
                "from_name": "澜山生活",
                "from_address": "news@lanshan.example",
            },
        },
    )
    rule = {"match": "all", "rules": [{"fact": "profile.has_email", "op": "yes"}]}
    segment, _made = Segment.objects.get_or_create(name="Bench", defaults={"rule": rule, "created_by": by})
    return Campaign.objects.create(
        name=f"Bench with {workers}",
        segment=segment,
        channel=channel,
        subject=SUBJECT,
        body=BODY,
        created_by=by,
    )


def _ours(made: Campaign, server: Running, rows: int, workers: int, bare: Baseline) -> Iterator[Result]:
    services.launch(made, by=made.created_by)
    before = server.taken()
    with timed() as planned:
        planning.materialise(made.pk, seconds=3600)
    with timed() as sent:
        _in_processes(workers, _send, made.pk)
        finishing.finish(made.pk)
    made.refresh_from_db()
    taken = server.taken() - before
    if made.status != Campaign.Status.DONE or taken != rows:
        raise RuntimeError(f"The campaign is {made.status}, and {taken:,} of {rows:,} messages arrived.")
    label = f"campaign, {workers} worker{'s' if workers > 1 else ''}"
    yield throughput(label, rows, planned.seconds + sent.seconds, "messages/s", bare)
    yield throughput(f"{label}, sending alone", rows, sent.seconds, "messages/s", bare)
    yield Result(f"{label}, planning alone", rows, planned.seconds, rows / planned.seconds, "deliveries/s")


def _send(campaign_pk: int) -> None:
    while sending.deliver(campaign_pk, seconds=3600):
        pass


def _bare(made: Campaign, server: Running, messages: int, workers: int) -> float:
    """Messages a second from `workers` processes with as many connections each as ours have."""
    person = Person("王芳", "person", "", "", "上海", "zh-hans", None)
    payload = Message(made).payload(Recipient(person, "reader@mail.example", uuid4()), timezone.now())
    before = server.taken()
    with timed() as watch:
        _in_processes(workers, _hammer, server.port, payload.sender, payload.data, messages // workers)
    return (server.taken() - before) / watch.seconds


def _hammer(port: int, sender: str, data: bytes, messages: int) -> None:
    def one_connection(share: int) -> None:
        with smtplib.SMTP(HOST, port, local_hostname="bench") as client:
            for number in range(share):
                client.sendmail(sender, f"reader{number}@mail.example", data)

    lines = settings.SEND_CONNECTIONS
    with ThreadPoolExecutor(lines) as pool:
        list(pool.map(one_connection, [messages // lines] * lines))


def _in_processes(number: int, work: Callable[..., None], *arguments: Any) -> None:
    connections.close_all()  # a connection shared with a child would be two talking at once
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=work, args=arguments) for _ in range(number)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    if any(child.exitcode for child in children):
        raise RuntimeError("A worker of the benchmark died.")
