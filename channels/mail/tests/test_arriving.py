"""A mail as everything arrives: a message, news of a mail of ours, or nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.connectors.arriving import Delivered, Ignored, Inbound, Incoming, Status
from channels.mail import arriving
from channels.mail.addresses import message_id, reply_address
from channels.mail.parsing import parse

AT = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)
KEY = "5d1f1c9e5d2f4c0f8c7e1f2a3b4c5d6e"
OURS = message_id(KEY, "shop.test")


def told(raw: bytes, **options: object) -> Inbound:
    (one,) = arriving.parts_of(parse(raw), raw, arrived_at=AT, **options)  # type: ignore[arg-type]
    return one


def incoming(raw: bytes, **options: object) -> Incoming:
    found = told(raw, **options)
    assert isinstance(found, Incoming)
    return found


def mail(**headers: str) -> bytes:
    defaults = {
        "From": "ann@example.com",
        "Message-ID": "<a@example.com>",
        "Date": "Mon, 2 Mar 2026 02:00:00 +0000",
    }
    lines = {**defaults, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value).encode() + b"\r\nhello"


def test_the_same_mail_has_the_same_key_wherever_it_comes_from() -> None:
    one, other = incoming(mail()), incoming(b"Received: by x; " + b"\r\n" + mail())
    assert one.dedupe_key == other.dedupe_key
    assert one.external_id == "a@example.com"


def test_two_texts_under_one_id_are_two() -> None:
    assert incoming(mail()).dedupe_key != incoming(mail() + b" again").dedupe_key


@pytest.mark.parametrize("change", [{"From": "bob@example.com"}, {"Date": "Mon, 2 Mar 2026 03:00:00 +0000"}])
def test_two_mails_under_one_id_are_two(change: dict[str, str]) -> None:
    assert incoming(mail()).dedupe_key != incoming(mail(**change)).dedupe_key


def test_without_an_id_the_bytes_are_the_key() -> None:
    one = mail(Message_ID="").replace(b"Message-ID: <a@example.com>\r\n", b"")
    assert incoming(one).dedupe_key == incoming(one).dedupe_key
    assert incoming(one).dedupe_key != incoming(one + b"!").dedupe_key


def test_a_long_id_makes_no_long_key() -> None:
    keys = {incoming(mail(Message_ID=f"<{'x' * 1900}{end}@y>")).dedupe_key for end in "ab"}
    assert len(keys) == 2
    assert max(map(len, keys)) <= 255


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 2 Mar 2026 02:00:00 +0000", datetime(2026, 3, 2, 2, 0, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 02:14:00 +0000", datetime(2026, 3, 2, 2, 14, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 05:00:00 +0000", AT),
        ("Mon, 2 Mar 2020 02:00:00 +0000", AT),
        ("nonsense", AT),
        ("", AT),
    ],
)
def test_a_date_that_cannot_be_gives_way_to_the_arrival(date: str, expected: datetime) -> None:
    assert incoming(mail(Date=date)).at == expected


def test_a_server_that_got_it_earlier_is_believed() -> None:
    received = "from x by y; Sun, 1 Mar 2026 12:00:00 +0000"
    assert incoming(mail(Date="", Received=received)).at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    later = "from x by y; Sun, 1 Mar 2099 12:00:00 +0000"
    assert incoming(mail(Date="", Received=later)).at == AT


def test_a_signed_address_is_found_among_the_recipients() -> None:
    address = reply_address("5d1f1c9e-5d2f-4c0f-8c7e-1f2a3b4c5d6e", "help@shop.test")
    assert incoming(mail(To=f"x@y.test, Shop <{address}>")).token == address
    assert incoming(mail(Delivered_To=address)).token == address
    assert incoming(mail(), sent_to=address).token == address
    assert incoming(mail(To=address.replace(".", "x", 1))).token == ""


def test_a_form_names_the_customer_to_answer() -> None:
    found = incoming(mail(From="Shop form <noreply@shop.test>", Reply_To="Ann <ann@example.com>"))
    assert found.party.handles[0].value == "ann@example.com"
    assert found.party.name == "Ann"
    assert incoming(mail(Reply_To="other@example.com")).party.handles[0].value == "ann@example.com"


def test_what_comes_from_our_own_address_is_no_customers() -> None:
    found = incoming(mail(From="Help <HELP@shop.test>"), ours=frozenset({"help@shop.test"}))
    assert found.is_automatic
    assert found.data["sign"] == "self"


def test_somebody_who_is_away_is_told_apart() -> None:
    found = incoming(mail(Subject="自动回复：在休假", Auto_Submitted="auto-replied"))
    assert found.is_automatic
    assert found.data["sign"] == "away"


def test_nobodys_mail_is_no_mail() -> None:
    assert isinstance(told(b"\x00\xff"), Ignored)
    found = incoming(b"Subject: x\r\n\r\nhello")
    assert found.party.handles == ()
    assert "sender" in found.data["troubles"]


def dsn(action: str, status: str, about: str = OURS, kind: str = "message/delivery-status") -> bytes:
    lines = [
        "From: MAILER-DAEMON@mx.test",
        "To: help@shop.test",
        "Message-ID: <d@mx.test>",
        "Subject: Undelivered",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        *("", "--x", "", "Sorry.", "--x", f"Content-Type: {kind}", "", "Reporting-MTA: dns; mx.test", ""),
        "Final-Recipient: rfc822; ann@example.com",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; 550 {status} <ann@example.com> unknown",
        *("", "--x", "Content-Type: text/rfc822-headers", "", "Subject: x", f"Message-ID: <{about}>"),
        *("", "--x--", ""),
    ]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("action", "status", "state", "permanent"),
    [
        ("failed", "5.1.1", Delivered.BOUNCED, True),
        ("failed", "5.2.2", Delivered.BOUNCED, False),
        ("failed", "4.4.7", Delivered.BOUNCED, False),
        ("delivered", "2.0.0", Delivered.DELIVERED, False),
    ],
)
def test_a_report_is_news_of_our_mail(action: str, status: str, state: Delivered, permanent: bool) -> None:
    found = told(dsn(action, status))
    assert isinstance(found, Status)
    assert (found.key, found.state, found.is_permanent) == (KEY, state, permanent)
    assert "ann@example.com" not in found.reason
    assert (status in found.reason) == (state is Delivered.BOUNCED)


def test_a_delay_is_no_news() -> None:
    assert isinstance(told(dsn("delayed", "4.4.1")), Ignored)


def test_a_report_about_somebody_elses_mail_is_a_mail() -> None:
    forged = OURS.replace(KEY, "0" * 32)
    found = incoming(dsn("failed", "5.1.1", about=forged))
    assert found.is_automatic


def test_a_bounce_in_words_is_understood() -> None:
    raw = (
        "From: Mail Delivery System <mailer-daemon@mx.test>\r\nMessage-ID: <e@mx.test>\r\n\r\nSorry:\r\n"
        f"<ann@example.com>: 550 5.1.1 nobody\r\n\r\n--- Below is a copy\r\nMessage-ID: <{OURS}>\r\n"
    ).encode()
    found = told(raw)
    assert isinstance(found, Status)
    assert (found.key, found.state, found.is_permanent) == (KEY, Delivered.BOUNCED, True)


def test_readers_and_complaints_are_heard() -> None:
    read = dsn("manual-action/MDN-sent-manually; displayed", "", kind="message/disposition-notification")
    read = read.replace(b"\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal", b"\r\nFinal").replace(
        b"Action:", b"Disposition:"
    )
    found = told(read)
    assert isinstance(found, Status)
    assert found.state is Delivered.READ
    found = told(dsn("", "", kind="message/feedback-report"))
    assert isinstance(found, Status)
    assert found.state is Delivered.COMPLAINED


def test_a_bounce_of_a_bounce_starts_nothing() -> None:
    inner = incoming(dsn("failed", "5.1.1", about="somebody@else.test"))
    assert inner.is_automatic
    assert inner.at <= AT + timedelta(minutes=10)
