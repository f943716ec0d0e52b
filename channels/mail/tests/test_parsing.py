"""Mails of strangers become something that can be shown, whatever they are."""

import os
import signal
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.mail import aside
from channels.mail.parsing import TROUBLES, Mail, parse
from channels.mail.tests import corpora


def shows_something(mail: Mail) -> bool:
    return bool(mail.text.strip() or mail.html.strip() or mail.files or mail.subject or mail.troubles)


ORDINARY = rb"""From: =?utf-8?b?546L5bCP5piO?= <wang@example.com>
To: Help <help@shop.test>, b@shop.test
Reply-To: other@example.com
Subject: =?gb2312?b?xOO6ww==?=
Date: Mon, 2 Mar 2026 10:00:00 +0800
Message-ID: <a@example.com>
In-Reply-To: <b@shop.test>
References: <c@x> <b@shop.test>
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: multipart/alternative; boundary=y

--y
Content-Type: text/plain; charset=gbk
Content-Transfer-Encoding: quoted-printable

=C4=E3=BA=C3
--y
Content-Type: text/html

<p>hi</p>
--y--
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename*=utf-8''%E6%8A%A5%E4%BB%B7.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--x--
"""
IN_PIECES = b"""From: a@b.test
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/html

<p>one</p>
--x
Content-Type: text/plain

two <b>
--x
Content-Type: text/html

<p>three</p>
--x--
"""


def test_an_ordinary_mail() -> None:
    mail = parse(ORDINARY.replace(b"\n", b"\r\n"))
    assert (mail.sender.name, mail.sender.address) == ("王小明", "wang@example.com")
    assert [one.address for one in mail.to] == ["help@shop.test", "b@shop.test"]
    assert mail.reply_to[0].address == "other@example.com"
    assert (mail.subject, mail.text, mail.html.strip()) == ("你好", "你好", "<p>hi</p>")
    assert mail.sent_at is not None
    assert mail.sent_at.isoformat() == "2026-03-02T02:00:00+00:00"
    assert mail.follows == ("b@shop.test", "c@x")
    assert [(one.name, one.data) for one in mail.files] == [("报价.pdf", b"%PDF-")]
    assert mail.troubles == ()


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        (b"gb2312", "你好，囍".encode("gb18030"), "你好，囍"),
        (b"us-ascii", "你好".encode(), "你好"),
        (b"iso-8859-1", "你好".encode(), "你好"),
        (b"iso-8859-1", "café “x”".encode("cp1252"), "café “x”"),
        (b"utf-8", "你好吗".encode("gb18030"), "你好吗"),
        (b"no-such-charset", "你好".encode(), "你好"),
        (b"zlib", b"plain", "plain"),
        (b'"', b"plain", "plain"),
        (b"big5", "繁體".encode("big5"), "繁體"),
        (b"utf-8", b"\xff\xfe\x81", "ÿþ\x81"),
    ],
)
def test_texts_in_the_charset_they_are_in(charset: bytes, data: bytes, text: str) -> None:
    mail = parse(b"From: a@b.test\r\nContent-Type: text/plain; charset=%s\r\n\r\n%s" % (charset, data))
    assert mail.text == text or len(data) == 3


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        (b'"Doe, Jane" <jane@b.test>', "Doe, Jane", "jane@b.test"),
        (b"jane@b.test (Jane)", "", "jane@b.test"),
        (
            b"=?utf-8?q?boss=40bank=2Etest_=3Cboss=40bank=2Etest=3E?= <evil@b.test>",
            "boss@bank.test <boss@bank.test>",
            "evil@b.test",
        ),
        (b'"boss@bank.test" <evil@b.test>', "boss@bank.test", "evil@b.test"),
        ("王 <a@b.test>".encode(), "王", "a@b.test"),
        ("王 <a@b.test>".encode("gb18030"), "王", "a@b.test"),
        (b"=?utf-8?b?not base64!?= <a@b.test>", "=?utf-8?b?not base64!?=", "a@b.test"),
        (b"(" * 912 + b"a@b.test", None, "a@b.test"),
        (b"<a@b.test", "", "a@b.test"),
        (b"undisclosed recipients:;", "undisclosed recipients:;", ""),
    ],
    ids=range(10),
)
def test_who_it_is_from(header: bytes, name: str | None, address: str) -> None:
    mail = parse(b"From: " + header + b"\r\nSubject: x\r\n\r\nhello")
    assert mail.sender.address == address
    assert name is None or mail.sender.name == name
    assert mail.text == "hello"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"Message-ID: \r\n",
        b"Message-ID: <>\r\n",
        b"Message-ID: nonsense\r\n",
    ],
)
def test_a_missing_id_is_empty(head: bytes) -> None:
    assert parse(b"From: a@b.test\r\n" + head + b"\r\nx").message_id == ""


def test_the_first_of_two_ids_counts_and_long_ones_are_whole() -> None:
    long = b"x" * 1900 + b"@y"
    mail = parse(b"From: a@b.test\r\nMessage-ID: <" + long + b">\r\nMessage-ID: <other@y>\r\n\r\nx")
    assert mail.message_id == long.decode()


@pytest.mark.parametrize(
    "date",
    [
        b"",
        b"yesterday",
        b"0000-00-00",
        b"Mon, 99 Mar 2026",
        b"1" * 5000,
        b"Mon, 2 Mar 1971 10:00:00 +0000",
        b"Mon, 2 Mar 2026 10:00:00 +9999",
    ],
)
def test_a_date_that_cannot_be_is_none(date: bytes) -> None:
    assert parse(b"From: a@b.test\r\nDate: " + date + b"\r\n\r\nx").sent_at is None


def test_texts_between_files_are_all_read() -> None:
    mail = parse(IN_PIECES)
    assert mail.text.split() == ["one", "two", "<b>", "three"]
    assert "two &lt;b&gt;" in mail.html


def test_a_mail_within_a_mail_is_a_file() -> None:
    mail = parse(
        b"From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nsee below\r\n--x\r\n"
        b"Content-Type: message/rfc822\r\n\r\nFrom: c@d.test\r\nSubject: inner\r\n\r\nsecret\r\n--x--\r\n"
    )
    assert mail.text == "see below"
    assert [one.name for one in mail.files] == ["message.eml"]
    assert b"Subject: inner" in mail.files[0].data


NESTED = b"From: a@b.test\n" + b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 3_000
HOSTILE = {
    "comments": b"From: " + b"(" * 100_000 + b"a@b.test\r\n\r\nhello",
    "nesting": NESTED,
    "deep": b"From: a@b.test\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (one, one) for one in range(250)
    ) + b"\nhello",
    "parts": b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000,
    "words": b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\nx",
    "broken words": b"Subject: " + b"=?a?q?" * 5_000 + b"\n\nx",
    "base64": b"Subject: =?utf-8?b?" + b"A" * 100_001 + b"?=\n\nx",
    "parameters": b"Subject: x\nContent-Type: text/plain;" + b" a*0=x;" * 20_000 + b"\n\nx",
    "folding": b"Subject: x\n" + b" y\n" * 200_000 + b"\nx",
    "idna": b"Subject: x\nContent-Type: text/plain; charset=idna\n\n" + b"xn--a" * 100_000,
    "markup": b"Subject: x\nContent-Type: text/html\n\n" + b"<!--<style <p " * 100_000,
    "brackets": b"Subject: x\nContent-Type: text/html\n\n" + b"<" * 1_000_000,
    "nothing": b"",
    "zeros": b"\x00" * 100_000,
    "binary": bytes(range(256)) * 400,
    "no end": b"Content-Type: multipart/mixed; boundary=\"" + b"x" * 100_000,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_ones_cost_little_and_show_something(name: str) -> None:
    began = time.monotonic()
    mail = parse(HOSTILE[name])
    assert time.monotonic() - began < 10
    assert shows_something(mail)
    assert set(mail.troubles) <= set(TROUBLES)


def test_one_that_takes_too_long_is_read_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "call", lambda job, data: aside.__dict__["_never"](job))
    monkeypatch.setitem(aside.__dict__, "_never", _give_up)
    mail = parse(
        b"From: =?utf-8?b?546L?= <wang@example.com>\r\nMessage-ID: <a@b>\r\nReferences: <c@d>\r\n"
        b"Subject: hi\r\n there\r\nDate: Mon, 2 Mar 2026 10:00:00 +0800\r\n\r\nhello \x00 \xff"
    )
    assert mail.troubles == ("time",)
    assert (mail.sender.name, mail.sender.address, mail.subject) == ("王", "wang@example.com", "hi there")
    assert (mail.message_id, mail.follows) == ("a@b", ("c@d",))
    assert mail.text.startswith("hello")
    assert "\x00" not in mail.text


def _give_up(_job: str) -> bytes:
    raise aside.GaveUp("time")


def test_a_child_that_dies_is_replaced() -> None:
    aside.call("read", b"x")
    (child, *_rest) = aside._idle[os.getpid()]
    os.kill(child._process.pid, signal.SIGKILL)
    assert parse(b"From: a@b.test\r\n\r\nhello").text == "hello"


def test_a_child_that_hangs_is_given_up() -> None:
    aside.call("read", b"x")
    (child, *_rest) = aside._idle[os.getpid()]
    os.kill(child._process.pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(aside.GaveUp, match="time"):
        aside.call("read", b"x", seconds=0.3)
    assert time.monotonic() - began < 2
    assert not child.is_alive()


def test_a_mail_costs_milliseconds() -> None:
    raw = b"From: a@b.test\r\nSubject: x\r\n\r\nhello"
    parse(raw)
    began = time.monotonic()
    for _ in range(20):
        parse(raw)
    assert (time.monotonic() - began) / 20 < 0.05


@pytest.mark.slow
@given(st.binary(max_size=2_000))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    assert isinstance(parse(raw), Mail)


@corpora.needed
@pytest.mark.slow
def test_a_sample_of_the_corpora_is_read() -> None:
    for path in corpora.mails()[::7]:
        mail = parse(path.read_bytes())
        assert shows_something(mail), path.name
        assert not {"crash", "time", "memory"} & set(mail.troubles), path.name
