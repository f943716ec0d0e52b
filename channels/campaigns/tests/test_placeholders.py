"""The language of personal fields: what it knows, and that it is nothing else."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from channels.campaigns import body
from channels.campaigns.message import Message
from channels.campaigns.models import Campaign
from channels.campaigns.placeholders import NotUnderstood, Person, Slot, parse, salutation, value
from channels.connectors.base import CannotRender
from channels.models import Channel

PAYLOADS = settings.BASE_DIR.parent / "shared/data/fuzz/payloads"
INJECTIONS = (
    "{{ 7*7 }}",
    "{{ name.__class__ }}",
    "{{ name|upper }}{{ settings.SECRET_KEY }}",
    "{{ self.__init__.__globals__ }}",
    "{{ request }}",
    "{{ customer.owner.password }}",
    "{{ '' }}",
    "{{ }}",
    "{{ name }",
    "name }}",
    "{{{ name }}",
    "{{ {{ name }} }}",
    "{{ name|{{ city }} }}",
    "{{ name|a}b }}",
    "{{ NAME }}",
    "{{ name }} {{ f0 }}",
    "{{ unsubscribe }}",
    "{{ link_1 }}",
    "{{ open }}",
    "{{ owner__password }}",
)
HARMLESS = (
    "{% include 'x' %}",
    "{# note #}",
    "${7*7}",
    "<%= 7*7 %>",
    "#{7*7}",
    "{0.__class__}",
    "%(name)s",
    "{ name }",
)


def message(text: str, subject: str = "News") -> Message:
    channel = Channel(connector="smtp", kind="email", config={"from_address": "news@example.com"})
    return Message(Campaign(subject=subject, body=text, channel=channel))


def test_fields_are_found_with_their_words_for_those_without() -> None:
    assert parse("Dear {{ name }}, {{company|your company}} in {{ 城市 }}{{city|}}") == (
        "Dear ",
        Slot("name"),
        ", ",
        Slot("company", "your company"),
        " in ",
        Slot("city"),
        Slot("city", ""),
    )


@pytest.mark.parametrize(
    ("name", "gender", "kind", "called"),
    [
        ("李小龙", "male", "person", "李先生"),
        ("欧阳娜娜", "female", "person", "欧阳女士"),
        ("欧阳", "male", "person", "欧先生"),
        ("李小龙", "", "person", "李小龙"),
        ("Emma Stone", "female", "person", "Emma"),
        ("José Pérez", "male", "person", "José"),
        ("澄一设计工作室", "", "organisation", "澄一设计工作室"),
        ("Acme Ltd", "", "organisation", "Acme Ltd"),
        ("  ", "male", "person", ""),
    ],
)
def test_how_people_are_addressed(name: str, gender: str, kind: str, called: str) -> None:
    assert salutation(Person(name=name, gender=gender, kind=kind)) == called


def test_the_last_order_is_a_day_in_the_readers_language() -> None:
    bought = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)  # already the 2nd in Shanghai
    slot = Slot("last_order")
    assert value(slot, Person("An", language="zh-hans", last_order_at=bought)) == "2026年3月2日"
    assert value(slot, Person("An", language="en", last_order_at=bought)) == "2026-03-02"
    assert value(slot, Person("An")) is None


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_is_no_field_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_other_languages_are_just_words(text: str) -> None:
    drafted = message(text, subject=text).draft(Person("An"))
    assert text in drafted.text
    assert drafted.subject == text


@pytest.mark.skipif(not PAYLOADS.exists(), reason="../shared/data/fuzz is not here")
def test_no_known_attack_does_anything() -> None:
    lines = [
        line
        for path in sorted(PAYLOADS.rglob("*"))
        if path.is_file()
        for line in path.read_text(errors="replace").splitlines()
        if line.strip() and "\0" not in line
    ]
    assert len(lines) > 1000
    for line in lines:
        _check(line)


def _check(line: str) -> None:
    try:
        read = body.read(line)
        body.mark_subject(line, read)
    except NotUnderstood:
        return
    html = "".join(paragraph.html for paragraph in read.paragraphs)
    inside = html.replace("<br>\n", "")
    for number in range(1, len(read.links) + 1):
        inside = inside.replace(f'<a href="{{{{ link_{number} }}}}">', "")
    assert "<" not in inside.replace("</a>", "")
    assert all(link.startswith(("http://", "https://")) for link in read.links)


@given(st.text(alphabet="{}|% name\ncity_[](https://x.y)ü李<>\"'&", max_size=60))
def test_any_text_is_understood_or_refused(text: str) -> None:
    _check(text)


def test_values_are_never_read_again() -> None:
    """A customer who calls themselves {{ company }} <b> is called that."""
    hostile = Person(name="{{ company }} <b>{{ open }}", company="Secret")
    drafted = message("Dear {{ name }}", subject="{{ name }}").draft(hostile)
    assert drafted.subject == hostile.name
    assert hostile.name in drafted.text
    assert "&lt;b&gt;" in drafted.html
    assert "Secret" not in drafted.html


def test_a_line_break_in_a_name_cannot_make_a_header() -> None:
    drafted = message("Hi", subject="Hi {{ name }}").draft(Person("An\r\nBcc: x@y.cn"))
    assert "\n" not in drafted.subject


def test_a_missing_field_makes_no_message() -> None:
    with pytest.raises(CannotRender, match="missing: company"):
        message("Dear {{ company }}").draft(Person("An"))
    assert "Dear friend" in message("Dear {{ company|friend }}").draft(Person("An")).text


def test_an_address_is_not_cut_in_two_by_a_field() -> None:
    with pytest.raises(NotUnderstood):
        body.read("https://shop.test/?name={{ name }}")
    body.read("https://shop.test/ {{ name }}")


def test_links_become_links_and_lone_ones_buttons() -> None:
    read = body.read(
        "See https://a.test/x, or\nask.\n\n[Buy now](https://b.test/?a=1&b=2)\n\n（https://c.test）"
    )
    assert read.links == ["https://a.test/x", "https://b.test/?a=1&b=2", "https://c.test"]
    assert [paragraph.is_button for paragraph in read.paragraphs] == [False, True, False]
    assert "<br>" in read.paragraphs[0].html
    assert body.read("[x](javascript:alert(1))").links == []
