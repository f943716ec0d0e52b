"""Reading what arrived never fails, whatever arrived."""

import json
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sandbox.reading import letter, subject_and_key

FUZZ = Path(django_settings.BASE_DIR).parent / "shared/data/fuzz"
MAIL = (
    b"From: =?utf-8?b?5r6c5bGx?= <news@example.com>\r\nTo: Ann <ann@example.com>\r\n"
    b"Subject: =?utf-8?b?5aSP5pel?=\r\n =?utf-8?b?5LiK5paw?=\r\nMessage-ID: <abc-1@example.com>\r\n"
    b"List-Unsubscribe: <https://crm.test/m/u/x/>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=gb18030\r\n\r\n"
    + "您好".encode("gb18030")
    + b"\r\n--b\r\nContent-Type: text/html; charset=nonsense\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"PHA+5oKo5aW9PC9wPg==\r\n--b--\r\n"
)


def test_a_mail_is_read() -> None:
    read = letter(MAIL, "smtp")
    assert dict(read.headers)["Subject"] == "夏日上新"
    assert dict(read.headers)["From"] == "澜山 <news@example.com>"
    assert (read.text.strip(), read.html.strip()) == ("您好", "<p>您好</p>")
    assert read.unsubscribe_url == "https://crm.test/m/u/x/"
    assert subject_and_key(MAIL) == ("夏日上新", "abc-1")


def test_a_json_message_is_read() -> None:
    message = {
        "from": "a@b.test",
        "to": "c@d.test",
        "subject": "x\x00y",
        "text": "t",
        "html": 7,
        "unsubscribe_url": "u",
    }
    read = letter(json.dumps(message).encode(), "http")
    assert dict(read.headers)["Subject"] == "xy"
    assert (read.text, read.html, read.unsubscribe_url) == ("t", "7", "u")


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"null", b"[" * 100_000, b"\xff\xfe", b'{"text": "\\ud800"}']
)
@pytest.mark.parametrize("protocol", ["smtp", "http"])
def test_odd_bytes_are_read(raw: bytes, protocol: str) -> None:
    read = letter(raw, protocol)
    (read.text + read.html + read.unsubscribe_url).encode()
    subject_and_key(raw)


@pytest.mark.slow
def test_a_mail_nested_a_thousand_deep_is_read() -> None:
    shells = (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))
    read = letter(b"Subject: deep\r\n" + b"".join(shells) + b"Content-Type: text/plain\r\n\r\nx", "smtp")
    assert dict(read.headers)["Subject"] == "deep"


@given(st.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
@pytest.mark.slow
def test_any_bytes_are_read(raw: bytes) -> None:
    for protocol in ("smtp", "http"):
        letter(raw, protocol)
    subject_and_key(raw)


@pytest.mark.slow
@pytest.mark.skipif(not FUZZ.exists(), reason="the corpora are not on this machine")
def test_the_corpora_are_read() -> None:
    files = [path for path in (FUZZ / "email").rglob("*") if path.is_file()]
    assert len(files) > 300
    for path in files:
        raw = path.read_bytes()
        for one in (raw, raw.replace(b"\n", b"\r\n")):
            read = letter(one, "smtp")
            words = "".join(f"{name}{value}" for name, value in read.headers)
            (words + read.text + read.html + "".join(subject_and_key(one))).encode()
            assert "\x00" not in words + read.text + read.html
