"""The SMTP session against a real mail server: what it gets, encryption, passwords."""

import asyncio
import contextlib
import datetime
import ssl
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels.connectors.base import Accepted, Payload, Rejected, Retry, Trouble
from channels.connectors.smtp import Security, Server, SmtpSession

DOTS = Payload("a@example.com", "b@example.com", b"Subject: x\r\n\r\n.\r\n..\r\nend.\r\n.x\r\n")


class Mailbox:
    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 2.0.0 queued for <b@example.com> as 4XyZ"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@contextlib.contextmanager
def serving(mailbox: Mailbox, implicit: ssl.SSLContext | None = None, **options: Any) -> Iterator[int]:
    """The port of a real mail server that runs in a thread of this process."""
    loop = asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        return await loop.create_server(
            lambda: SMTP(mailbox, hostname="sink", loop=loop, **options), "127.0.0.1", 0, ssl=implicit
        )

    server = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@pytest.fixture
def served(mailbox: Mailbox) -> Iterator[int]:
    with serving(mailbox) as port:
        yield port


def test_the_server_gets_every_byte(mailbox: Mailbox, served: int) -> None:
    with SmtpSession(Server("127.0.0.1", served)) as session:
        outcome = session.send(DOTS, "key", 5)
    assert outcome == Accepted("2.0.0 queued for <…> as 4XyZ")
    (envelope,) = mailbox.envelopes
    assert envelope.content == DOTS.data
    assert (envelope.mail_from, envelope.rcpt_tos) == ("a@example.com", ["b@example.com"])


def test_a_message_without_a_last_line_end_gets_one(mailbox: Mailbox, served: int) -> None:
    with SmtpSession(Server("127.0.0.1", served)) as session:
        session.send(Payload("a@example.com", "b@example.com", b"Subject: x\r\n\r\nend"), "key", 5)
    assert mailbox.envelopes[0].content == b"Subject: x\r\n\r\nend\r\n"


@pytest.mark.parametrize(
    "address", ["b@example.com>\r\nRSET", "b@example.com> SIZE=1", "李@example.com", "a\tb@x.test"]
)
def test_an_address_cannot_bring_commands_along(mailbox: Mailbox, served: int, address: str) -> None:
    with SmtpSession(Server("127.0.0.1", served)) as session:
        outcome = session.send(Payload("a@example.com", address, b"x\r\n"), "key", 5)
    assert isinstance(outcome, Rejected)
    assert mailbox.envelopes == []


def test_a_server_with_a_size_limit_is_asked_before(mailbox: Mailbox) -> None:
    with serving(mailbox, data_size_limit=1000) as port, SmtpSession(Server("127.0.0.1", port)) as session:
        outcome = session.send(Payload("a@example.com", "b@example.com", b"x" * 2000), "key", 5)
    assert isinstance(outcome, Rejected)
    assert not outcome.permanent


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def encrypted(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def check_password(
    server: Any, session: Any, envelope: Any, mechanism: str, given: LoginPassword
) -> AuthResult:
    return AuthResult(success=given.login == b"ann" and given.password == b"secret", handled=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("password", "trouble"), [("secret", None), ("wrong", Trouble.SIGN_IN), ("é", Trouble.SETUP)]
)
def test_a_password_goes_over_an_encrypted_line(
    mailbox: Mailbox,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    trouble: Trouble | None,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    options: dict[str, Any] = {
        "tls_context": encrypted(certificate),
        "require_starttls": True,
        "authenticator": check_password,
    }
    with (
        serving(mailbox, auth_required=True, **options) as port,
        SmtpSession(Server("127.0.0.1", port, Security.STARTTLS, "ann", password)) as session,
    ):
        outcome = session.send(DOTS, "key", 5)
    if trouble is None:
        assert isinstance(outcome, Accepted)
        assert mailbox.envelopes[0].content == DOTS.data
    else:
        assert isinstance(outcome, Retry)
        assert outcome.channel_down
        assert outcome.reason.startswith(trouble)


@pytest.mark.slow
def test_implicit_encryption(mailbox: Mailbox, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        serving(mailbox, encrypted(certificate)) as port,
        SmtpSession(Server("127.0.0.1", port, Security.TLS)) as session,
    ):
        assert isinstance(session.send(DOTS, "key", 5), Accepted)
        assert isinstance(session.send(DOTS, "key", 5), Accepted)
    assert len(mailbox.envelopes) == 2


@pytest.mark.slow
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_stranger_s_certificate_is_refused(mailbox: Mailbox, certificate: Path, security: Security) -> None:
    context = encrypted(certificate)
    options: dict[str, Any] = (
        {"tls_context": context} if security is Security.STARTTLS else {"implicit": context}
    )
    with serving(mailbox, **options) as port, SmtpSession(Server("127.0.0.1", port, security)) as session:
        outcome = session.send(DOTS, "key", 5)
    assert isinstance(outcome, Retry)
    assert outcome.reason.startswith(Trouble.TLS)
    assert mailbox.envelopes == []


def test_no_encryption_no_password(mailbox: Mailbox, served: int) -> None:
    with SmtpSession(Server("127.0.0.1", served, Security.STARTTLS, "ann", "secret")) as session:
        outcome = session.send(DOTS, "key", 5)
    assert isinstance(outcome, Retry)
    assert outcome.reason.startswith(Trouble.SETUP)
    assert mailbox.envelopes == []
