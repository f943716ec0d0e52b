"""The embedded Valkey always starts: nothing in it is worth a refusal."""

import pytest

from crm.embedded import locations, throwaway
from crm.embedded.valkey import Valkey


@pytest.mark.slow
def test_starts_empty_when_its_files_are_unreadable() -> None:
    var = throwaway.folder()
    told: list[str] = []
    with throwaway.own(var):
        account = locations.account(var)
        valkey = Valkey(var, locations.socket_folder(var), var / "log/valkey.log", account, say=told.append)
        first = valkey.start()
        valkey.client().set("nudge", "1")
        first.stop()
        for file in valkey.data.glob("appendonlydir/*.aof"):
            file.write_bytes(b"neither RDB nor commands\n" * 9)
        again = valkey.start()
        assert valkey.answers()
        assert not valkey.client().exists("nudge")
        again.stop()
    assert any("starts empty" in line for line in told)
