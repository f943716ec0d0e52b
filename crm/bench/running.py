"""Benchmarks run in a process of their own, against servers of their own with everyday settings."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command

from crm.bench.harness import BENCHES, Baseline, Result, apart, say
from crm.embedded import preparing, throwaway

# Says to the child that it is the child; its value is the database it was told to use.
MARK = "CRM_BENCH_DATABASE"


def is_child() -> bool:
    return os.environ.get(MARK) == settings.DATABASE_URL


def in_child(names: Sequence[str], rows: int | None, database: str) -> Iterator[Result]:
    """Runs the command again, with settings that point to throw-away servers or to the given database."""
    # PostgreSQL writes as safely as in everyday work: a careless one would flatter us.
    with throwaway.servers(careless=False) as servers:
        address = database or servers.database_url
        environment = os.environ | {
            MARK: address,
            "DATABASE_URL": address,
            "REDIS_URL": servers.redis_url,
            "VAR": str(servers.var),
            "PRODUCTION": "0",
            "SECRET_KEY": secrets.token_urlsafe(40),
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "crm.settings",
        }
        command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "bench", *names]
        if rows is not None:
            command += ["--rows", str(rows)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            yield from map(Result.of_json, child.stdout)
        if child.returncode:
            raise CommandError(f"The benchmark ended with {child.returncode}; what went wrong stands above.")


def here(names: Sequence[str], rows: int | None) -> Iterator[Result]:
    apart(preparing.prepare, say)
    for name in names:
        function, usual = BENCHES[name]
        yield from function(usual if rows is None else rows)


def growth(small: list[Result], large: list[Result]) -> Iterator[Result]:
    """How much of its pace each page keeps when the base grows."""
    before = {result.name: result for result in small}
    for result in large:
        other = before.get(result.name)
        if other and other.p50_ms and result.p50_ms:
            baseline = Baseline(f"{other.rows:,} customers", 1000 / other.p50_ms)
            yield Result(
                f"{result.name}, growth", result.rows, baseline=baseline, ratio=other.p50_ms / result.p50_ms
            )


def fill(customers: int) -> None:
    """The demo company as data, unless the database was given to us with customers in it."""
    say(f"Filling the base with {customers:,} customers …")
    call_command("demo", customers=customers, if_empty=True, stdout=sys.stderr)
