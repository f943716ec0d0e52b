"""What a raw call says of somebody is found by an index, wherever it stands."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from channels.inbound import marks, storing
from channels.inbound.holdings import forget
from channels.inbound.models import Event
from channels.inbound.tests.probe import probe_channel
from customers.factories import customer, identity
from customers.holdings import Subject

ANN = Subject(1, "Ann", frozenset(["ann.o'hara@example.com"]), frozenset(["+8613800138000"]))
CONTEXTS = [
    b"From: Ann <%s>\r\n",
    b'{"text": "hello\\n%s"}',
    b"write to %s.",
    b"mailto:%s?x=1",
    b"a=%s&b=2",
    b"'%s'",
    "邮箱%s，".encode(),
    b"%s",
]


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("word", ["ann.o'hara@example.com", "Ann@Example.com", "8613800138000"])
def test_a_handle_is_found_wherever_it_stands(context: bytes, word: str) -> None:
    assert marks.digest(word.encode()) in marks.of(context.replace(b"%s", word.encode()))


@given(st.binary(max_size=300))
def test_reading_never_fails(raw: bytes) -> None:
    assert len(marks.of(raw)) <= marks.MOST


def test_too_many_words_are_told() -> None:
    assert marks.of(b" ".join(b"%d" % number for number in range(10**6, 10**6 + marks.MOST + 1))) == [0]


def event(raw: bytes, found: list[int] | None) -> Event:
    key = str(Event.objects.count())
    return Event.objects.create(channel=probe_channel(), dedupe_key=key, raw=raw, marks=found)


@pytest.mark.django_db
def test_forgetting_finds_what_was_read_and_what_was_not() -> None:
    theirs = [b"call 8613800138000", b'"ann.o\'hara@example.com"']
    for raw in (*theirs, b"somebody else 8613800138001"):
        event(raw, marks.of(raw))
        event(raw, None)
        event(raw, [marks.TOO_MANY])
    forget(ANN)
    assert {bytes(one.raw) for one in Event.objects.all()} == {b"", b"somebody else 8613800138001"}
    assert Event.objects.filter(raw=b"", marks=[]).count() == 6


@pytest.mark.django_db
def test_forgetting_knows_what_a_provider_calls_somebody() -> None:
    one = customer()
    identity(one, kind="openid", value="o6_bmjrPTlm6_2sgVt7hMZOPfL2M", scope="wx1")
    found = event(b"<sealed>", marks.of(b"<sealed>", ["o6_bmjrPTlm6_2sgVt7hMZOPfL2M"]))
    forget(Subject(one.pk, one.name))
    found.refresh_from_db()
    assert bytes(found.raw) == b""


@pytest.mark.django_db
def test_what_came_before_is_read_afterwards() -> None:
    old = event(b"from ann@example.com", None)
    assert [storing.mark_old(), storing.mark_old()] == [1, 0]
    old.refresh_from_db()
    assert old.marks == marks.of(b"from ann@example.com")


@pytest.mark.django_db
def test_an_index_finds_them() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Event.objects.filter(marks__overlap=[marks.digest(b"ann@example.com")]).explain()
    assert "event_by_marks" in plan
