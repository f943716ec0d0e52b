"""Touchpoints through the API in batches of 100, over real HTTP into our own server, against a bare COPY.

The baseline copies the finished rows into the same table with the same indexes; the API reads JSON, checks
every field, finds whom each touch is about by a program's number, and writes, once for each number.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from django.db import connection

from crm.accounts.policy import Role
from crm.api import services
from crm.bench import filling
from crm.bench.harness import Baseline, Result, bench, milliseconds, say, spread, throughput, timed
from crm.lib.copying import copy
from customers.timeline.models import Entry

HOST = "127.0.0.1"
BATCH = 100
CLIENTS = 4
TOUCHPOINTS, CUSTOMERS = "/api/v1/touchpoints/bulk", "/api/v1/customers/bulk"
# Customers go one by one through the services, history included: fewer are enough to see their pace.
FEWER = 50
FASTEST = 1_000_000
TOUCHES_EACH = 10
PROFILES = """
    INSERT INTO identity_profile (customer_id, source, source_key, raw, first_seen_at, last_seen_at)
    SELECT id, 'bench', id::text, '{}', now(), now() FROM customers_customer
"""
COLUMNS = (
    *("customer_id", "kind", "channel", "direction", "occurred_at", "summary", "body", "source", "source_id"),
    "data",
)
MOMENT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC).isoformat()


@bench("api", rows=100_000)
def api(rows: int) -> Iterator[Result]:
    people = max(rows // TOUCHES_EACH, 10)
    say(f"Filling the base with {people:,} customers …")
    filling.customers(people)
    with connection.cursor() as cursor:
        cursor.execute(PROFILES)
        cursor.execute("SELECT array_agg(id) FROM customers_customer")
        keys: list[int] = cursor.fetchone()[0]
    bare = Baseline("bare COPY", rows / _copy_bare(rows, keys))
    user = filling.colleague(Role.OPERATIONS)
    secret = services.create(
        user, "Bench", ["touchpoints:write", "customers:write"], days=1, per_minute=FASTEST, by=user
    ).secret
    bodies = [_body(start, keys) for start in range(0, rows, BATCH)]
    with web() as port:
        client = Client(port, secret, TOUCHPOINTS)
        yield from _measure("api, touchpoints", client, bodies, bare)
        yield from _measure("api, the same touchpoints again", client, bodies, bare)
        client = Client(port, secret, CUSTOMERS)
        new = [_customers(start) for start in range(0, max(rows // FEWER, BATCH), BATCH)]
        yield from _measure("api, new customers", client, new, bare)
    written = Entry.objects.filter(source="api:bench").count()  # no customer data is shown
    if written != len(bodies) * BATCH:
        raise RuntimeError("Not every touchpoint was written once.")


@dataclass(frozen=True)
class Client:
    """A program with a token and one endpoint it uses."""

    port: int
    secret: str
    path: str

    def send(self, bodies: list[bytes]) -> list[float]:
        """Milliseconds for each, on one lasting connection."""
        line = http.client.HTTPConnection(HOST, self.port)
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}

        def one(body: bytes) -> None:
            line.request("POST", self.path, body, headers)
            answer = line.getresponse()
            content = answer.read()
            if answer.status != 200 or b'"error"' in content:
                raise RuntimeError(f"The API answered {answer.status}: {content[:500]!r}")

        waits = [milliseconds(partial(one, body)) for body in bodies]
        line.close()
        return waits


def _measure(name: str, client: Client, bodies: list[bytes], bare: Baseline) -> Iterator[Result]:
    waits: list[float] = []
    shares = [bodies[place::CLIENTS] for place in range(CLIENTS)]
    with timed() as watch, ThreadPoolExecutor(CLIENTS) as clients:
        for measured in clients.map(client.send, shares):
            waits += measured
    p50, p95 = spread(waits)
    yield throughput(name, len(bodies) * BATCH, watch.seconds, "rows/s", bare)
    yield Result(f"{name}, one batch", BATCH, p50_ms=p50, p95_ms=p95)


def _customers(start: int) -> bytes:
    items = [
        {
            "source": "bench-new",
            "key": str(number),
            "name": f"王芳{number}",
            "phone": f"139{number:08}",
            "city": "上海",
        }
        for number in range(start, start + BATCH)
    ]
    return json.dumps({"items": items}, ensure_ascii=False).encode()


def _body(start: int, keys: list[int]) -> bytes:
    items = [
        {
            "customer": {"source": "bench", "key": str(keys[number % len(keys)])},
            "source": "bench",
            "source_id": str(number),
            "kind": "visit",
            "channel": "web",
            "occurred_at": MOMENT,
            "summary": f"看了第 {number} 款咖啡豆",
            "data": {"page": f"/beans/{number}", "seconds": number % 300},
        }
        for number in range(start, start + BATCH)
    ]
    return json.dumps({"items": items}, ensure_ascii=False).encode()


def _copy_bare(rows: int, keys: list[int]) -> float:
    """Seconds for the same rows; they are taken away again."""
    ready = (
        (
            *(
                keys[number % len(keys)],
                "visit",
                "web",
                "in",
                MOMENT,
                f"看了第 {number} 款咖啡豆",
                "",
                "bare",
            ),
            *(number, json.dumps({"told": {"page": f"/beans/{number}", "seconds": number % 300}})),
        )
        for number in range(rows)
    )
    with connection.cursor() as cursor:
        with timed() as watch:
            copy(cursor, Entry._meta.db_table, COLUMNS, ready)
        cursor.execute("DELETE FROM timeline_entry WHERE source = 'bare'")
        cursor.execute("VACUUM ANALYZE timeline_entry")
    return watch.seconds


@contextmanager
def web() -> Iterator[int]:
    """The product's own web process."""
    with socket.create_server((HOST, 0), backlog=100) as listener:
        port = listener.getsockname()[1]
        descriptor = listener.fileno()
        web = subprocess.Popen(
            [sys.executable, "-m", "crm.embedded.web", str(descriptor)],
            pass_fds=(descriptor,),
            env=os.environ | {"ALLOWED_HOSTS": HOST},
        )
        try:
            _wait_for(port)
            yield port
        finally:
            web.terminate()
            web.wait()


def _wait_for(port: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            line = http.client.HTTPConnection(HOST, port, timeout=seconds)
            line.request("GET", "/livez/")
            if line.getresponse().status == 200:
                return
        except OSError:
            threading.Event().wait(0.2)
    raise RuntimeError("The web process does not answer.")
