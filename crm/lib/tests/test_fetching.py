"""Fetching a file from the web: only public addresses, only https, never more than asked for."""

import io
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crm.lib import fetching
from crm.lib.fetching import CannotFetch, fetch, is_public

HOST = "files.shop.test"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "1.1.1.1"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "localhost",
        "",
    ],
)
def test_private_ones_and_what_is_none(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.shop.test/",
        "file:///etc/passwd",
        "https://user:secret@files.shop.test/",
        "https:///x",
        "gopher://files.shop.test",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://localhost/",
    ],
)
def test_what_may_not_be_asked(url: str) -> None:
    with pytest.raises(CannotFetch) as problem:
        fetch(url, io.BytesIO(), most_bytes=10, seconds=1)
    assert problem.value.code in ("forbidden_address", "not_reached")


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(CannotFetch, match="forbidden_address"):
        fetch(
            f"https://{HOST}/",
            io.BytesIO(),
            most_bytes=10,
            seconds=1,
            resolve=lambda host, port: ["1.1.1.1", "10.0.0.7"],
        )


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        where = {"/inside": "https://10.0.0.1/", "/moved": "/file.csv", "/plain": f"http://{HOST}/file.csv"}
        if self.path in where:
            self.send_response(302)
            self.send_header("Location", where[self.path])
            self.end_headers()
        elif self.path == "/round":
            self.send_response(302)
            self.send_header("Location", "/round")
            self.end_headers()
        elif self.path == "/gone":
            self.send_error(404)
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"name\nLi Ming\n" * (1000 if self.path == "/long" else 1))

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, ssl.SSLContext]]:
    """A server that proves to be HOST; its port and whom a client has to trust."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    _certificate(path)
    server = HTTPServer(("127.0.0.1", 0), Shop)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, ssl.create_default_context(cafile=str(path))
    server.shutdown()
    server.server_close()


def _certificate(path: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    signed = builder.sign(key, hashes.SHA256())
    none = serialization.NoEncryption()
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none)
    path.write_bytes(text + signed.public_bytes(serialization.Encoding.PEM))


def ask(shop: tuple[int, ssl.SSLContext], path: str, monkeypatch: pytest.MonkeyPatch, **given: Any) -> bytes:
    """As if 127.0.0.1 were public, and nothing else of our own network."""
    port, context = shop
    here = ipaddress.ip_address("127.0.0.1")
    monkeypatch.setattr(fetching, "is_public", lambda one: ipaddress.ip_address(one) == here)
    into = io.BytesIO()
    given = {"most_bytes": 1000, "seconds": 5, "context": context, **given}
    known = {HOST: ["127.0.0.1"]}
    resolve = given.pop("resolve", lambda host, port: known.get(host, [host]))
    fetch(f"https://{HOST}:{port}{path}", into, resolve=resolve, **given)
    return into.getvalue()


@pytest.mark.parametrize("path", ["/file.csv", "/moved"])
def test_a_file_comes(shop: tuple[int, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    assert ask(shop, path, monkeypatch) == b"name\nLi Ming\n"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/inside", "forbidden_address"),
        ("/plain", "forbidden_address"),
        ("/round", "bad_answer"),
        ("/gone", "bad_answer"),
        ("/long", "too_much"),
    ],
)
def test_nothing_else_does(
    shop: tuple[int, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch, path: str, code: str
) -> None:
    with pytest.raises(CannotFetch, match=code):
        ask(shop, path, monkeypatch)


def test_a_server_that_is_somebody_else_is_not_believed(
    shop: tuple[int, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CannotFetch, match="no_certificate"):
        ask(shop, "/", monkeypatch, context=ssl.create_default_context())


def test_the_name_is_asked_once(shop: tuple[int, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when checked and private when connected to leads nowhere."""
    answers = iter([["127.0.0.1"]])
    assert ask(shop, "/file.csv", monkeypatch, resolve=lambda host, port: next(answers))
