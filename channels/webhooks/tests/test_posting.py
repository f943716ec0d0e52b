"""Where webhooks may go: out of the house, over TLS, to the address that was checked."""

import pytest

from channels.webhooks.posting import CannotPost, aim, post
from crm.lib import fetching

INSIDE = [
    "https://127.0.0.1/",
    "https://localhost/",
    "https://127.1/",
    "https://0x7f000001/",
    "https://017700000001/",
    "https://2130706433/",
    "https://0/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://172.16.5.5/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.0.0.8/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://user:word@1.1.1.1/",
    "https://1.1.1.1:22/",
    "http://1.1.1.1/",
    "ftp://1.1.1.1/",
    "file:///etc/passwd",
    "https://1.1.1.1/\r\nX: y",
    "https:///nowhere",
    "https://1.1.1.1:99999/",
    "//1.1.1.1/",
    "",
]


@pytest.mark.parametrize("url", INSIDE)
def test_our_own_network_is_never_asked(url: str) -> None:
    with pytest.raises(CannotPost) as refused:
        aim(url)
    assert refused.value.code in ("forbidden", "unknown_host")


def test_one_inner_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(CannotPost):
        aim("https://receiver.test/", resolve=lambda host, port: ["1.1.1.1", "10.0.0.1"])


def test_the_connection_goes_where_the_check_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["1.1.1.1"] if len(asked) == 1 else ["127.0.0.1"]

    connected: list[object] = []

    def connect(address: tuple[str, int], timeout: float) -> object:
        connected.append(address)
        raise OSError

    monkeypatch.setattr("channels.connectors.wire.socket.create_connection", connect)
    with pytest.raises(CannotPost) as refused:
        post("https://receiver.test/events", {}, b"{}", resolve=resolve)
    assert (connected, asked, refused.value.code) == ([("1.1.1.1", 443)], ["receiver.test"], "unreachable")


@pytest.mark.parametrize("address", ["::127.0.0.1", "192.0.0.8", "64:ff9b::1"])
def test_addresses_that_only_look_public(address: str) -> None:
    assert not fetching.is_public(address)
