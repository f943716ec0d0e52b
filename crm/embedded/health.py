"""What runs, where, how much waits, and what a person should do about it. `manage.py doctor` shows it."""

import fcntl
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import django
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Min
from django.db.models.functions import Coalesce
from django.utils import timezone

from channels.campaigns.models import Campaign
from crm import environment as env
from crm.celery import app
from crm.embedded import locations, preparing
from customers.imports.models import ImportJob
from segments.scoring.models import ScoringRun

QUEUES = ("interactive", "default", "bulk")
LONG_QUEUE = 1000
LONG_WAIT = timedelta(minutes=15)
LITTLE_SPACE = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `text` is for people, `value` for programs."""

    what: str
    text: str
    value: Any = None
    healthy: bool = True


def examine() -> list[Finding]:
    findings = [_versions(), _supervisor(), *_space()]
    database = _ask(_database, "database", "DATABASE_URL", DatabaseError)
    findings += database
    if all(one.healthy for one in database):
        findings += [_migrations()]
    if all(one.healthy for one in findings if one.what in ("database", "migrations")):
        findings += _waiting()
    broker = _ask(_broker, "broker", "REDIS_URL", redis.RedisError)
    findings += broker
    if broker[0].healthy:
        findings.append(_workers())
    return findings


def _ask(
    look: Callable[[], list[Finding]], what: str, variable: str, trouble: type[Exception]
) -> list[Finding]:
    try:
        return look()
    except trouble as error:
        if not env.text(variable):
            return [Finding(what, "does not run. Start it: make run", healthy=False)]
        return [Finding(what, f"does not answer at {variable}: {error}", healthy=False)]


def _versions() -> Finding:
    value = {"python": platform.python_version(), "django": django.get_version()}
    return Finding("versions", f"Python {value['python']}, Django {value['django']}", value)


def _supervisor() -> Finding:
    """Whether `manage.py up` runs on this folder: then it holds the lock."""
    lock = settings.VAR / "up.lock"
    if not lock.exists():
        return Finding("product", f"`make run` was never used on {settings.VAR}", value=False)
    with lock.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return Finding("product", f"runs at {held.read()}", value=True)
    return Finding("product", f"`make run` is not running on {settings.VAR}", value=False)


def _space() -> Iterator[Finding]:
    home = locations.home(settings.VAR)
    for folder in dict.fromkeys([settings.VAR, home]):
        if folder.exists():
            free = shutil.disk_usage(folder).free
            text = f"{free / 1024**3:.1f} GB free in {folder}"
            enough = free >= LITTLE_SPACE
            yield Finding("disk", text if enough else f"only {text}. Make room soon.", free, healthy=enough)


def _database() -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        version, size = cursor.fetchone()
    place = _place("DATABASE_URL", settings.DATABASE_URL)
    text = f"PostgreSQL {version}, {size / 1024**2:,.0f} MB, {place}"
    return [Finding("database", text, {"version": version, "bytes": size})]


def _migrations() -> Finding:
    steps = preparing.pending_migrations()
    text = f"{steps} migrations are waiting: run `python manage.py migrate`." if steps else "all applied"
    return Finding("migrations", text, steps, healthy=not steps)


def _broker() -> list[Finding]:
    client = redis.Redis.from_url(locations.cache_url(settings.REDIS_URL), socket_connect_timeout=2)
    with client:
        facts = client.info("server")
        version = facts.get("valkey_version") or facts["redis_version"]
        depths = {queue: client.llen(queue) for queue in QUEUES}
    server = "Valkey" if "valkey_version" in facts else "Redis"
    long = [queue for queue, depth in depths.items() if depth > LONG_QUEUE]
    text = ", ".join(f"{queue} {depth}" for queue, depth in depths.items())
    if long:
        text += f". Too long: {', '.join(long)}. Start more workers for it."
    return [
        Finding(
            "broker", f"{server} {version}, {_place('REDIS_URL', settings.REDIS_URL)}", {"version": version}
        ),
        Finding("queues", text, depths, healthy=not long),
    ]


def _workers() -> Finding:
    names = sorted(name for reply in app.control.ping(timeout=1.5) for name in reply)
    if not names:
        return Finding(
            "workers", "none answers: background work stands still. Start them: make run", [], healthy=False
        )
    return Finding("workers", ", ".join(names), names)


def _waiting() -> Iterator[Finding]:
    """The oldest work that nobody holds. A sweep should have found it within minutes."""
    imports = ImportJob.objects.waiting().aggregate(since=Min("created_at"))
    scoring = ScoringRun.objects.filter(status=ScoringRun.Status.QUEUED).aggregate(since=Min("created_at"))
    left = Campaign.objects.running().left_alone()
    campaigns = left.aggregate(since=Min(Coalesce("lease_until", "launched_at")))
    for name, found in (("imports", imports), ("scoring", scoring), ("campaigns", campaigns)):
        yield _age(name, found["since"])


def _age(name: str, since: datetime | None) -> Finding:
    if since is None:
        return Finding(name, "nothing waits", 0)
    age = timezone.now() - since
    healthy = age < LONG_WAIT
    text = f"the oldest has waited {age.total_seconds() / 60:.0f} min"
    return Finding(
        name, text if healthy else f"{text}. Are workers running?", age.total_seconds(), healthy=healthy
    )


def _place(variable: str, url: str) -> str:
    """Where a server is, without its password."""
    if not env.text(variable):
        return f"embedded in {locations.home(settings.VAR)}"
    parts = urlsplit(url)
    return f"at {parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
