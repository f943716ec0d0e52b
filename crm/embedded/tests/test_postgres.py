"""The embedded PostgreSQL starts on its own data only, and after every kind of end."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.embedded import locations, throwaway
from crm.embedded.postgres import CARELESS, MARKER, Postgres
from crm.embedded.processes import CannotStart, Child, is_running, own_folder, wait_for


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    var = throwaway.folder()
    with throwaway.own(var):
        yield Postgres(
            var, locations.socket_folder(var), var / "log/postgres.log", locations.account(var), CARELESS
        )


def test_refuses_a_folder_it_did_not_make(postgres: Postgres) -> None:
    own_folder(postgres.data, postgres.account)
    (postgres.data / "thesis.txt").write_text("years of work")
    with pytest.raises(CannotStart, match="was not made by this product"):
        postgres.start()
    assert [one.name for one in postgres.data.iterdir()] == ["thesis.txt"]


def test_refuses_data_of_another_major_version(postgres: Postgres) -> None:
    own_folder(postgres.data, postgres.account)
    (postgres.data / MARKER).touch()
    (postgres.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(CannotStart, match=r"written by PostgreSQL 17, this is PostgreSQL 18.*pg_upgrade"):
        postgres.start()


@pytest.mark.slow
def test_starts_after_a_kill_although_its_process_number_belongs_to_a_stranger(postgres: Postgres) -> None:
    _killed(postgres.start())
    lock = postgres.data / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    again = postgres.start()
    assert again.alive
    again.stop()


@pytest.mark.slow
def test_keeps_what_was_committed_before_a_kill(postgres: Postgres) -> None:
    postgres.options = {}
    first = postgres.start()
    with postgres.connection() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE fact AS SELECT 1 AS kept")
    _killed(first)
    again = postgres.start()
    with postgres.connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT kept FROM fact")
        assert cursor.fetchone() == (1,)
    again.stop()


@pytest.mark.slow
def test_replaces_a_server_whose_supervisor_is_gone(postgres: Postgres) -> None:
    left = postgres.start()
    assert left.process
    again = postgres.start()
    assert not left.alive
    assert again.alive
    again.stop()


@pytest.mark.slow
def test_works_under_a_path_too_long_for_sockets() -> None:
    top = throwaway.folder()
    with throwaway.own(top), throwaway.servers(top / "/".join(["deep"] * 30)) as servers:
        assert len(str(servers.var)) > locations.LONGEST_FOLDER
        sockets = locations.socket_folder(servers.var)
        assert not sockets.is_relative_to(servers.var)
    assert not sockets.exists()


def test_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "trap").symlink_to("/etc")
    with pytest.raises(CannotStart, match="belongs to somebody else"):
        own_folder(tmp_path / "trap", None)


def _killed(child: Child) -> None:
    assert child.process
    child.process.send_signal(signal.SIGKILL)
    assert wait_for(lambda: not child.alive, 10)
    assert not is_running(child.process.pid)
