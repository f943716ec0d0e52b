"""Builds the demo base: a small one in one transaction, a large one by several processes without indexes."""

import contextlib
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator

from django.db import connection, connections, transaction
from django.db.models import Model

from crm.demo import loading, writing
from crm.demo.world import TABLES, World

Say = Callable[[str], None]
SLICE = 50_000
# The children inherit the world when they are forked: handing it over would cost more than writing it.
_world: World | None = None


def build(world: World, *, workers: int, say: Say) -> None:
    """Writes everything, with `workers` processes or, with none, in the caller's transaction."""
    if not workers:
        for table, start, stop in _slices(world):
            writing.write(world, table, start, stop)
        _finish(vacuum=False)
        return
    with _without_indexes(say):
        _load(world, workers, say)
    say("Taking stock for the query planner …")
    _finish(vacuum=True)


def put_back(say: Say) -> None:
    """Restores what a load set aside; also what one that was killed left behind."""
    waiting = loading.waiting()
    for place, (number, name, sql) in enumerate(waiting, 1):
        began = time.monotonic()
        loading.put_back(number, sql)
        say(f"  index or constraint {place} of {len(waiting)}: {name}, {time.monotonic() - began:.0f} s")
    loading.forget()


@contextlib.contextmanager
def _without_indexes(say: Say) -> Iterator[None]:
    say("Setting indexes and constraints aside …")
    with transaction.atomic():
        loading.set_aside(TABLES)
    try:
        yield
    finally:
        put_back(say)


def _load(world: World, workers: int, say: Say) -> None:
    global _world
    _world, sizes = world, world.sizes()
    done: Counter[type[Model]] = Counter()
    began = time.monotonic()
    connections.close_all()  # a connection shared with a child would be two talking at once
    try:
        with multiprocessing.get_context("fork").Pool(workers, initializer=connections.close_all) as pool:
            for table, rows in pool.imap_unordered(_write, _slices(world)):
                done[table] += rows
                if done[table] == sizes[table] or done[table] % (SLICE * 20) == 0:
                    rate = done.total() / (time.monotonic() - began)
                    name = table._meta.db_table
                    say(f"  {done[table]:>12,} of {sizes[table]:,} {name} · {rate:,.0f} rows/s in all")
    finally:
        _world = None


def _write(job: tuple[type[Model], int, int]) -> tuple[type[Model], int]:
    if _world is None:
        raise RuntimeError("This runs only in a child of _load.")
    table, start, stop = job
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    writing.write(_world, table, start, stop)
    return table, stop - start


def _slices(world: World) -> Iterator[tuple[type[Model], int, int]]:
    for table, size in world.sizes().items():
        for start in range(0, size, SLICE):
            yield table, start, min(start + SLICE, size)


def _finish(*, vacuum: bool) -> None:
    loading.go_on_counting(TABLES)
    loading.take_stock(TABLES, vacuum=vacuum)
