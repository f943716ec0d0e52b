"""Machines that write to machines come to an end."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels.connectors.arriving import Ignored, Incoming
from channels.connectors.base import Content, Envelope
from channels.connectors.mime import EmailTemplate, Sender
from channels.mail import arriving, loops
from channels.mail.automatic import sign
from channels.mail.models import AutomaticAnswer
from channels.mail.parsing import parse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"auto-submitted": "auto-replied"}, "auto-submitted"),
        ({"auto-submitted": "auto-generated; x=y"}, "auto-submitted"),
        ({"precedence": "Bulk"}, "precedence"),
        ({"x-precedence": "auto_reply"}, "precedence"),
        ({"x-auto-response-suppress": "DR, AutoReply"}, "suppress"),
        ({"list-id": "<x>"}, "list"),
        ({"list-unsubscribe": "<https://x>"}, "list"),
        ({"x-autoreply": "yes"}, "auto-reply"),
        ({"x-loop": "somebody"}, "loop"),
        ({"return-path": "< >"}, "empty-sender"),
        ({"from": "MAILER-DAEMON@example.com"}, "no-person"),
        ({"from": "Shop <no-reply+7@example.com>"}, "no-person"),
        ({"content-type": 'Multipart/Report; report-type="x"'}, "report"),
        ({"subject": "Automatic reply: Tea"}, "away"),
        ({"subject": "自动回复：茶"}, "away"),
        ({"auto-submitted": "no", "from": "noreen@example.com", "subject": "Out of tea"}, ""),
        ({"x-auto-response-suppress": "None"}, ""),
    ],
)
def test_each_sign_of_a_machine(headers: dict[str, str], expected: str) -> None:
    assert sign(headers) == expected


def test_an_address_gets_ten_in_ten_minutes() -> None:
    answers = [loops.claim("ann@example.com") for _ in range(12)]
    assert answers == [""] * 10 + ["address"] * 2
    assert loops.claim("bob@example.com") == ""
    assert loops.claim("ANN@example.com ") == "address"


def test_a_longer_while_has_a_smaller_budget() -> None:
    loops.claim("ann@example.com")
    row = AutomaticAnswer.objects.get()
    earlier = timezone.now() - timedelta(minutes=20)
    AutomaticAnswer.objects.bulk_create([AutomaticAnswer(digest=row.digest, at=earlier) for _ in range(13)])
    assert [loops.claim("ann@example.com") for _ in range(2)] == ["", "address"]


def test_a_conversation_gets_one_a_day() -> None:
    assert loops.claim("ann@example.com", "matter") == ""
    assert loops.claim("other@example.com", "matter") == "answered"
    AutomaticAnswer.objects.update(at=timezone.now() - timedelta(hours=25))
    assert loops.claim("ann@example.com", "matter") == ""


def test_machines_get_none() -> None:
    assert loops.claim("ann@example.com", is_automatic=True) == "machine"
    assert loops.claim("mailer-daemon@example.com") == "machine"
    assert not AutomaticAnswer.objects.exists()


def test_all_the_world_has_a_budget() -> None:
    now = timezone.now()
    AutomaticAnswer.objects.bulk_create([AutomaticAnswer(digest=number, at=now) for number in range(300)])
    assert loops.claim("new@example.com") == "budget"


def test_what_no_window_reaches_is_forgotten() -> None:
    loops.claim("ann@example.com")
    AutomaticAnswer.objects.update(at=timezone.now() - timedelta(days=3))
    assert loops.sweep() == 1


def test_two_of_us_end_after_one_answer_each(settings: Any) -> None:
    """Each answers what it takes for a person's; what the other says of itself ends it."""
    answers = 0
    mail = b"From: a@one.test\r\nTo: b@two.test\r\nSubject: hi\r\nMessage-ID: <x@one.test>\r\n\r\nhello"
    houses = {"b@two.test": "two" * 20, "a@one.test": "one" * 20}
    me, other = "b@two.test", "a@one.test"
    for _round in range(50):
        settings.SECRET_KEY = houses[me]
        (found,) = arriving.parts_of(parse(mail), mail, ours=frozenset({me}))
        if not isinstance(found, Incoming) or loops.claim(other, is_automatic=found.is_automatic):
            break
        answers += 1
        mail = (
            EmailTemplate(Content("Re: hi", "We got it."), Sender(me))
            .render(Envelope(to=other, key=f"key{_round}", at=timezone.now(), is_automatic=True))
            .data
        )
        me, other = other, me
    assert answers == 1


def test_our_own_mail_that_comes_back_is_known(settings: Any) -> None:
    data = (
        EmailTemplate(Content("x", "y"), Sender("a@one.test"))
        .render(Envelope(to="b@two.test", key="key", at=timezone.now(), is_automatic=True))
        .data
    )
    (found,) = arriving.parts_of(parse(data), data)
    assert isinstance(found, Ignored)
    assert found.why == "own"
    bounced_around = data.replace(b"Message-ID: <", b"Message-ID: <changed-")
    (found,) = arriving.parts_of(parse(bounced_around), bounced_around)
    assert isinstance(found, Ignored)
