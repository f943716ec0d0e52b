"""`manage.py up`: everything the product needs, on this machine, in one terminal."""

import contextlib
import errno
import fcntl
import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from crm import environment as env
from crm.embedded import locations, preparing, supervisor
from crm.embedded.postgres import Postgres
from crm.embedded.preparing import Say
from crm.embedded.processes import CannotStart, own_folder
from crm.embedded.supervisor import Supervisor, python
from crm.embedded.valkey import Valkey

# Addresses to listen on that stand for all of this machine's, and what to open from here.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "localhost"}  # noqa: S104


def up(say: Say) -> None:
    running = Supervisor(say)
    with _only_one_on_this_folder(), _listening() as listener, running.until_stopped():
        own_folder(settings.VAR / "log", None)
        supervisor.rotate(settings.VAR / "log")
        _start_servers(running, say)
        preparing.prepare(say)
        account = _welcome(say)
        connections.close_all()
        _start_web(running, listener)
        _start_workers(running)
        say(_summary(account))
        running.watch_until(lambda: False)


def _start_servers(running: Supervisor, say: Say) -> None:
    home, sockets = locations.home(settings.VAR), locations.socket_folder(settings.VAR)
    account = locations.account(home)
    if home != settings.VAR:
        name = account.pw_name if account else ""
        say(f"PostgreSQL may not run as root, and {name} cannot enter {settings.VAR}: the data is in {home}.")
    if not env.text("DATABASE_URL"):
        postgres = Postgres(home, sockets, _log("postgres"), account, say=say)
        running.start(postgres.start)
        postgres.create_database()
    if not env.text("REDIS_URL"):
        running.start(Valkey(home, sockets, _log("valkey"), account, say=say).start)


def _start_web(running: Supervisor, listener: socket.socket) -> None:
    descriptor = listener.fileno()
    web = python("Web", "-m", "crm.embedded.web", str(descriptor), log=_log("web"), pass_fds=(descriptor,))
    running.start(web)
    running.watch_until(_page_answers)


def _start_workers(running: Supervisor) -> None:
    celery = ("-m", "celery", "-A", "crm.celery")
    worker = (*celery, "worker", "--without-gossip", "--without-mingle", "--loglevel=WARNING")
    if not settings.PRODUCTION:
        running.start(python("Sandbox", "manage.py", "sandbox", log=_log("sandbox")))
    running.start(
        python(
            "Worker", *worker, "-Q", "interactive,default", "-c", "2", "-n", "worker@%h", log=_log("worker")
        )
    )
    running.start(python("Bulk worker", *worker, "-Q", "bulk", "-c", "1", "-n", "bulk@%h", log=_log("bulk")))
    running.start(python("Beat", *celery, "beat", "--pidfile=", "--loglevel=WARNING", log=_log("beat")))


def _welcome(say: Say) -> tuple[str, str] | None:
    """On the first start: something to look at, and somebody who may look."""
    if not preparing.nobody_administers():
        return None
    if env.flag("DEMO", default=not settings.PRODUCTION):
        call_command("demo", if_empty=True)
    return preparing.first_account()


@contextlib.contextmanager
def _only_one_on_this_folder() -> Iterator[None]:
    settings.VAR.mkdir(parents=True, exist_ok=True)
    with (settings.VAR / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"The CRM already runs on {settings.VAR}, see {lock.read()}. Stop that one with Ctrl-C, "
                "or give this one a folder of its own: VAR=/another/folder PORT=8001 make run"
            ) from None
        lock.truncate(0)
        lock.write(settings.PUBLIC_URL)
        lock.flush()
        yield


@contextlib.contextmanager
def _listening() -> Iterator[socket.socket]:
    """Takes the port first, so that nothing has been started when it is not to be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.HOST, settings.PORT, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        raise CannotStart(_why_not(error)) from error
    with listener:
        yield listener


def _why_not(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        way = f"PORT={settings.PORT + 1} make run"
        return f"Port {settings.PORT} is taken by another program. Choose another: {way}"
    if error.errno == errno.EACCES:
        return f"The system keeps port {settings.PORT} for root. Choose one above 1023: PORT=8000 make run"
    return f"This machine has no address {settings.HOST}. Choose one of its own: HOST=127.0.0.1 make run"


def _page_answers() -> bool:
    host = EVERYWHERE.get(settings.HOST, settings.HOST)
    connection = http.client.HTTPConnection(host, settings.PORT, timeout=2)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", str(settings.LOGIN_URL))
        return bool(connection.getresponse().status)
    return False


def _summary(account: tuple[str, str] | None) -> str:
    database = env.text("DATABASE_URL") and "the one in DATABASE_URL"
    database = database or f"PostgreSQL in {locations.home(settings.VAR)}"
    here = EVERYWHERE.get(settings.HOST, settings.HOST)
    lines = [f"The CRM is ready: {settings.PUBLIC_URL.replace(f'//{settings.HOST}:', f'//{here}:')}"]
    if account:
        name, password = account
        lines.append(f"  sign in   {name} with the password {password} (shown only this once)")
    lines += [f"  database  {database}", f"  logs      {settings.VAR / 'log'}", "Ctrl-C stops everything."]
    return "\n".join(lines)


def _log(name: str) -> Path:
    return Path(settings.VAR) / "log" / f"{name}.log"
