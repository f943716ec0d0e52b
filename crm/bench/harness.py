"""What every benchmark gives back, and how it is shown. A benchmark is a function that yields results."""

import json
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.db import connection, connections

MB = 1024


@dataclass(frozen=True)
class Baseline:
    """What the same machine does in the same run without us."""

    name: str
    rate: float


@dataclass(frozen=True)
class Result:
    """One figure. `rate` is in `unit`s a second; `ratio` is our rate divided by the baseline's."""

    name: str
    rows: int
    seconds: float | None = None
    rate: float | None = None
    unit: str = ""
    baseline: Baseline | None = None
    ratio: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    queries: int | None = None
    peak_mb: float | None = None
    # Of pairs that are said to be one: how many are, how many of those that are were found, both in one.
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    # Of what was bought later, how much was among ten suggestions; of all products, how many ever were.
    recall_new: float | None = None
    recall_all: float | None = None
    coverage: float | None = None
    # The largest difference between two ways to the same figure.
    difference: float | None = None

    def as_json(self) -> str:
        known = {key: _rounded(value) for key, value in asdict(self).items() if value not in (None, "")}
        return json.dumps(known, ensure_ascii=False)

    @classmethod
    def of_json(cls, line: str) -> "Result":
        fields = json.loads(line)
        baseline = fields.pop("baseline", None)
        return cls(**fields, baseline=Baseline(**baseline) if baseline else None)

    def as_text(self) -> str:
        baseline = self.baseline
        parts = [
            f"{self.name:<44}",
            f"{self.rows:>11,}",
            f"{self.seconds:10,.2f} s" if self.seconds is not None else "",
            f"{self.rate:12,.0f} {self.unit}" if self.rate is not None else "",
            f"p50 {self.p50_ms:7.1f} ms  p95 {self.p95_ms:7.1f} ms" if self.p50_ms is not None else "",
            f"p99 {self.p99_ms:7.1f} ms" if self.p99_ms is not None else "",
            f"precision {self.precision:.4f}  recall {self.recall:.4f}  F1 {self.f1:.4f}" if self.f1 else "",
            self._suggested(),
            f"largest difference {self.difference:.2g}" if self.difference is not None else "",
            f"{self.queries:3} queries" if self.queries is not None else "",
            f"{self.ratio:6.2f} × {baseline.name} ({baseline.rate:,.0f})" if baseline and self.ratio else "",
            f"peak {self.peak_mb:,.0f} MB" if self.peak_mb is not None else "",
        ]
        return "  ".join(part for part in parts if part)

    def _suggested(self) -> str:
        if self.coverage is None:
            return ""
        found = f"recall@10 {self.recall_new:.4f} new, {self.recall_all:.4f} with repeats"
        return f"{found}  coverage {self.coverage:.0%}"


Bench = Callable[[int], Iterable[Result]]
BENCHES: dict[str, tuple[Bench, int]] = {}


def bench(name: str, *, rows: int) -> Callable[[Bench], Bench]:
    """Registers a benchmark under a name, with the number of rows it has unless told otherwise."""

    def register(function: Bench) -> Bench:
        BENCHES[name] = function, rows
        return function

    return register


def throughput(name: str, rows: int, seconds: float, unit: str, against: Baseline, **more: float) -> Result:
    rate = rows / seconds
    return Result(name, rows, seconds, rate, unit, against, rate / against.rate, peak_mb=more.get("peak_mb"))


class Watch:
    """A stopwatch to be read after the block."""

    seconds = 0.0


@contextmanager
def timed() -> Iterator[Watch]:
    watch, began = Watch(), time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - began


def milliseconds(work: Callable[[], object]) -> float:
    with timed() as watch:
        work()
    return watch.seconds * 1000


def spread(measured: list[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    ordered = sorted(measured)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def queries(work: Callable[[], object]) -> int:
    """How many statements a piece of work sends to the database."""
    sent = 0

    def count(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal sent
        sent += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        work()
    return sent


def apart(work: Callable[..., object], *arguments: object) -> None:
    """In a process of its own, so that the memory it takes is not counted as what is measured here."""
    connections.close_all()
    child = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    child.start()
    child.join()
    if child.exitcode:
        raise RuntimeError(f"Getting ready for the benchmark ended with {child.exitcode}.")


def peak_mb() -> float:
    """The most memory this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


def say(text: str) -> None:
    """What is going on, apart from the results."""
    print(text, file=sys.stderr, flush=True)


def _rounded(value: object) -> object:
    if isinstance(value, float):
        # Precision is asked to the fourth digit, agreement far beyond.
        return round(value, 4) if abs(value) > 0.001 else value
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return value
