"""Addresses of the embedded servers survive every kind of folder."""

import os
import pwd
from pathlib import Path

import dj_database_url
import pytest
from kombu.utils.url import url_to_parts
from redis.connection import parse_url

from crm.embedded import locations

FOLDERS = ["/srv/crm/var", "/srv/Kunden & Co/客户 100%/VAR", "/srv/a:b@c/var"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_database_address_keeps_the_folder(folder: str) -> None:
    found = dj_database_url.parse(locations.database_url(Path(folder)))
    assert (found["HOST"], found["PORT"], found["NAME"]) == (f"{folder}/run", 5432, "crm")


@pytest.mark.parametrize("folder", FOLDERS)
def test_broker_and_cache_address_keep_the_folder(folder: str) -> None:
    address = locations.redis_url(Path(folder))
    parts = parse_url(locations.cache_url(address))  # type: ignore[no-untyped-call]
    assert parts["path"] == f"{folder}/run/valkey.sock"
    assert f"/{url_to_parts(address).path}" == f"{folder}/run/valkey.sock"


def test_long_folder_gets_a_short_socket_folder() -> None:
    deep = Path("/srv") / "/".join(["project"] * 20)
    assert len(os.fsencode(locations.socket_folder(deep))) <= locations.LONGEST_FOLDER
    assert locations.socket_folder(deep) != locations.socket_folder(deep / "other")


def test_private_parent_folder_is_not_reachable(tmp_path: Path) -> None:
    inside = tmp_path / "private" / "var"
    inside.mkdir(parents=True)
    stranger = next(one for one in pwd.getpwall() if one.pw_uid not in (0, os.geteuid()))
    (tmp_path / "private").chmod(0o700)
    assert not locations.reachable(inside, stranger)
    assert locations.reachable(inside, None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as somebody else")
def test_root_keeps_the_data_where_the_servers_account_can_reach_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert locations.home(tmp_path / "var").parent == Path("/var/lib")
    (tmp_path / "var" / "postgres").mkdir(parents=True)
    assert locations.home(tmp_path / "var") == tmp_path / "var"
