"""Messages are bytes put together by hand; Python's own parser is the judge of them."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.connectors.base import CannotRender, Content, Envelope
from channels.connectors.marks import key_in
from channels.connectors.mime import EmailTemplate, Sender, ascii_address

AT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
FUZZ = Path(django_settings.BASE_DIR).parent / "shared/data/fuzz"
HEADERS = [
    *("From", "Reply-To", "MIME-Version", "Content-Type", "To", "Subject", "Date", "Message-ID"),
    *("List-Unsubscribe", "List-Unsubscribe-Post"),
]
HOSTILE = [
    "王小明",
    "O'Brien, Pat",
    '"quoted" <fake@evil.test>',
    "a\r\nBcc: all@evil.test",
    "a\nSubject: other",
    "a\rX: y",
    "a\u2028b\u2029c\x85d\x0be\x0cf",
    "=?utf-8?b?SGk=?= =?utf-8?q?x?=",
    "(comment) \\ back; group: a@b.test;",
    "\x00\x01\x7f",
    "\ud800 lone surrogate",
    "👩‍👩‍👧‍👦" * 30,
    "𝕏" * 200,
    " padded ",
    "",
    ".",
    "..\r\n.\r\nQUIT",
    "--=_boundary--",
    "{{ name }}",
    "<script>alert(1)</script>",
    "x" * 5000,
    "é" * 1000,
]


def template(**changes: str) -> EmailTemplate:
    content = Content(
        changes.get("subject", "Hello {{ name }}"),
        changes.get("text", "Dear {{ name }},\nbye"),
        changes.get("html", "<p title='{{ name }}'>Dear {{ name }}</p>"),
    )
    return EmailTemplate(
        content, Sender("news@example.com", changes.get("from_name", "News"), "re@example.com")
    )


def rendered(made: EmailTemplate, name: str, *, to_name: str | None = None) -> EmailMessage:
    envelope = Envelope(
        to="ann@example.com",
        key="5d1f1c9e5d2f4c0f8c7e1f2a3b4c5d6e",
        at=AT,
        fields={"name": name},
        to_name=name if to_name is None else to_name,
        unsubscribe_url="https://crm.test/m/u/x/",
    )
    data = made.render(envelope).data
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def check(mail: EmailMessage, name: str) -> None:
    """No header more or less than ours, and every text as it was meant."""
    assert mail.keys() == HEADERS
    assert not mail.defects
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert mail["Subject"] == f"Hello {seen(name)}".strip()
    assert [one.addr_spec for one in mail["To"].addresses] == ["ann@example.com"]
    shown_name, meant = mail["To"].addresses[0].display_name, " ".join(seen(name).split())
    # Python below 3.13 puts a blank between the encoded words of a long name.
    if len(meant.encode()) > 39:
        shown_name, meant = shown_name.replace(" ", ""), meant.replace(" ", "")
    assert shown_name == meant
    assert body(mail, "plain") == f"Dear {shown(name)},\nbye"
    assert body(mail, "html").count("<") == 2
    assert key_in(mail["Message-ID"]) == "5d1f1c9e5d2f4c0f8c7e1f2a3b4c5d6e"


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def seen(name: str) -> str:
    """A name as it may stand in one line."""
    line = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", name).strip()
    return line.encode(errors="replace").decode()


def shown(name: str) -> str:
    """A name as it may stand in a body."""
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", name)
    return re.sub("\r\n?", "\n", text).encode(errors="replace").decode()


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_stays_a_name(name: str) -> None:
    check(rendered(template(), name), name)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_sender_and_text_stay_what_they_are(name: str) -> None:
    mail = rendered(template(from_name=name, subject=name, text=name, html=f"<p>{name}</p>"), "Ann")
    assert mail.keys() == HEADERS
    assert not mail.defects
    assert mail["From"].addresses[0].addr_spec == "news@example.com"
    filled = name.replace("{{ name }}", "Ann")
    assert mail["Subject"] == seen(filled)
    assert body(mail, "plain") == shown(filled)


@given(st.text(st.characters(), max_size=300))
@settings(max_examples=150, deadline=None)
@pytest.mark.slow
def test_any_name_stays_a_name(name: str) -> None:
    check(rendered(template(), name), name)


def corpus() -> Iterator[str]:
    """Naughty strings and every line of a header that once broke a mail program."""
    yield from json.loads((FUZZ / "blns/blns.json").read_text())
    for path in sorted((FUZZ / "email").rglob("*")):
        if path.is_file():
            head = path.read_bytes()[:20_000].partition(b"\n\n")[0]
            yield from (line[:1000] for line in head.decode("latin-1").splitlines()[:6])


@pytest.mark.slow
@pytest.mark.skipif(not FUZZ.exists(), reason="the corpora are not on this machine")
def test_the_corpora_inject_nothing() -> None:
    made, number = template(), 0
    for name in corpus():
        check(rendered(made, name), name)
        number += 1
    assert number > 1500


def test_a_message_without_html_is_one_part() -> None:
    mail = rendered(template(html=""), "Ann")
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]
    assert body(mail, "plain") == "Dear Ann,\nbye"


def test_one_click_unsubscribing_is_announced() -> None:
    mail = rendered(template(), "Ann")
    assert mail["List-Unsubscribe"] == "<https://crm.test/m/u/x/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Reply-To"] == "re@example.com"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:x",
        "https://x/>\r\nBcc: y",
        "https://x/ y",
        "https://x/\x00",
        "https://é",
        "http://" + "x" * 999,
    ],
)
def test_an_odd_unsubscribe_link_stops_the_message(url: str) -> None:
    envelope = Envelope(to="a@example.com", key="k", at=AT, fields={"name": ""}, unsubscribe_url=url)
    with pytest.raises(CannotRender, match="unsubscribe_url"):
        template().render(envelope)


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX: y", "a@b", "x" * 65, "é"])
def test_an_odd_key_stops_the_message(key: str) -> None:
    with pytest.raises(CannotRender, match="key"):
        template().render(Envelope(to="a@example.com", key=key, at=AT, fields={"name": ""}))


@pytest.mark.parametrize(
    "address", ["", "news", "a@b@c.test", "a b@c.test", "news@example.com\nX: y", "李@c.test"]
)
def test_a_sender_must_be_an_address(address: str) -> None:
    with pytest.raises(CannotRender, match="address"):
        EmailTemplate(Content("x", "y"), Sender(address))


def test_an_international_domain_is_sent_in_its_ascii_form() -> None:
    assert ascii_address("an@例子.中国") == "an@xn--fsqu00a.xn--fiqs8s"
    assert ascii_address("o'brien+x@mail.example.com") == "o'brien+x@mail.example.com"


def test_a_missing_field_is_named() -> None:
    with pytest.raises(CannotRender, match="missing_name"):
        template().render(Envelope(to="a@example.com", key="k", at=AT))


@pytest.mark.slow
def test_filling_in_is_far_quicker_than_building() -> None:
    made = template(text="Dear {{ name }}\n" + "感谢您一直以来的支持。\n" * 60)
    envelope = Envelope(to="a@example.com", key="k", at=AT, fields={"name": "王小明"}, to_name="王小明")

    def build() -> None:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = (
            "Hello 王小明",
            "News <n@example.com>",
            "王小明 <a@example.com>",
        )
        mail.set_content("Dear 王小明\n" + "感谢您一直以来的支持。\n" * 60)
        mail.add_alternative("<p>Dear 王小明</p>", subtype="html")
        mail.as_bytes()

    def cost(work: object, times: int) -> float:
        began = time.process_time()
        for _ in range(times):
            work()  # type: ignore[operator]
        return (time.process_time() - began) / times

    assert cost(lambda: made.render(envelope), 500) < cost(build, 20) / 10
