"""Any template whatever: nothing in it is carried out, nobody gets half of it, both twins say the same."""

import os
import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.conf import settings as project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.campaigns.message import Message
from channels.campaigns.models import Campaign
from channels.campaigns.placeholders import FIELDS, NotUnderstood, Person
from channels.campaigns.templating import design, proving
from channels.campaigns.templating.blocks import Kind
from channels.campaigns.templating.conditions import Condition
from channels.campaigns.templating.designed import Designed
from channels.campaigns.templating.models import Version
from channels.campaigns.templating.tests import drawing
from channels.connectors.base import CannotRender
from channels.models import Channel

EXAMPLES = int(os.environ.get("TEMPLATE_EXAMPLES", "120"))
PAYLOADS = project.BASE_DIR.parent / "shared/data/fuzz/payloads"
ATTACKS = (
    *(
        "{{ config }}",
        "{{ name.__class__ }}",
        "{{ settings.SECRET_KEY }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ f0 }}",
    ),
    *(
        "{{ unsubscribe }}",
        "{{ link_1 }}",
        "{{ name|upper }}{{ x }}",
        "{% debug %}",
        "{% include '/etc/passwd' %}",
    ),
    *(
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "{7*7}",
        "{{7*7}}",
        "%(name)s",
        "{0.__class__}",
        "<script>alert(1)</script>",
    ),
    *(
        "{{ owner__password }}",
        "{{{{ name }}}}",
        "{{ name",
        "name }}",
        "{[{ f0 }](https://a.test/)}",
        "\x00",
        "{",
    ),
)
FINE = (
    "Hello {{ name }}",
    "{{ city }}",
    "{{ company|your company }}",
    "**",
    "5 < 6 & 7",
    "",
    "周末到店 {{ 城市|你的城市 }}",
)
WRITTEN = st.lists(st.sampled_from([*ATTACKS, *FINE]) | st.text(max_size=12), min_size=1, max_size=3).map(
    " ".join
)
PEOPLE = st.builds(
    Person,
    name=st.sampled_from(["An", "李小龙", "<b>Mallory</b>", "{{ city }}", "{% x %}"]),
    city=st.sampled_from(["", "上海", "{{ name }}"]),
    company=st.sampled_from(["", "Lake & Sons"]),
    language=st.sampled_from(["zh-hans", "en", "fr", ""]),
    last_order_at=st.sampled_from([None, datetime(2026, 3, 1, tzinfo=UTC)]),
    orders=st.integers(0, 4),
    spent=st.sampled_from([Decimal(0), Decimal(5000)]),
    recommended=st.sampled_from([(), ("Tea",), ("Tea", "Cup"), ("Tea", "Cup", "<i>Pot</i>")]),
)
WHEN: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        {"subject": "city", "op": "is", "value": "上海"},
        {"subject": "city", "op": "set", "value": ""},
        {"subject": "orders", "op": "above", "value": "2"},
        {"subject": "recommended_products", "op": "not_set", "value": ""},
        {"subject": "owner", "op": "is", "value": "x"},
        {"subject": "city", "op": "__class__", "value": "x"},
    ]
)
ADDRESSES = st.sampled_from(
    [
        "https://shop.test/a?b=1&c=2",
        "https://shop.test/{{ name }}",
        "javascript:alert(1)",
        "http://",
        "https://a b",
    ]
)


@st.composite
def blocks(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from([one.value for one in Kind]))
    made = drawing.block(1, kind)
    for name in made.keys() - {"id", "kind"}:
        if name in ("url", "src") or name.endswith("_src"):
            made[name] = draw(ADDRESSES | st.just("https://shop.test/pic.png"))
        elif name == "size":
            made[name] = draw(st.sampled_from(["", "small", "large", "{{ x }}"]))
        else:
            made[name] = draw(WRITTEN)
    when = draw(WHEN)
    return made | ({"when": when} if when else {})


def understood(block: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return design.check_block(block, "email")
    except NotUnderstood:
        return None


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(blocks(), min_size=1, max_size=8), WRITTEN, PEOPLE)
def test_any_template_is_refused_skipped_or_whole(
    drawn: list[dict[str, Any]], subject: str, person: Person
) -> None:
    sound = [one for one in (understood(block) for block in drawn) if one]
    for number, one in enumerate(sound, 1):
        one["id"] = number
    try:
        kept = design.read(drawing.design(*sound, subject=subject), "email")
    except NotUnderstood:
        kept = design.read(drawing.design(*sound), "email")
    wording = Designed(kept)
    lacks = [f"missing: {name}" for name in _asked(wording, person) if not FIELDS[name][1](person)]
    try:
        draft = proving.draft(kept, person, "zh-hans")
    except CannotRender as problem:
        said = problem.code
    else:
        said = ""
    if lacks or said:
        assert said in lacks
        return
    _check_twins(kept, person, draft.text, draft.html)


def _asked(wording: Designed, person: Person) -> set[str]:
    """The fields without a fallback in what this person is shown."""
    form = wording.form(wording.key_for(person))
    return {slot.field for slot in form.body.slots.values() if slot.fallback is None}


def _check_twins(kept: dict[str, Any], person: Person, text: str, html: str) -> None:
    """What stands in the one stands in the other; nothing in a value became markup."""
    for markup in ("<script", "<b>", "<i>"):
        assert markup not in html
    wording = Designed(kept)
    form = wording.form(wording.key_for(person))
    shown = "".join(form.context["rows"])
    read = _words(unescape(re.sub(r"<[^>]+>", " ", shown)))
    described = [word for alt in re.findall(r'alt="([^"]*)"', shown) for word in _words(unescape(alt))]
    told = _words(form.body.text)
    assert read - told == set()
    assert told - read - set(described) == set()
    assert all(word in text for word in read)


LINKS = re.compile(r"\{\{ link_\d+ \}\}")


def _words(text: str) -> set[str]:
    """Links are behind words in the one and beside them in the other."""
    said = re.sub(r"[-:{}]", " ", LINKS.sub(" ", text)).split()
    return {word for word in said if not re.fullmatch(r"f\d+", word)}


def message(kept: dict[str, Any]) -> Message:
    channel = Channel(connector="smtp", kind="email", config={"from_address": "news@example.com"})
    return Message(Campaign(subject="", body="", channel=channel, version=Version(design=kept)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_refused_or_stay_words(attack: str) -> None:
    _check_attack(attack)


@pytest.mark.skipif(not PAYLOADS.exists(), reason="../shared/data/fuzz is not here")
def test_no_known_attack_does_anything_in_a_block() -> None:
    lines = {
        line.strip()
        for path in sorted(PAYLOADS.rglob("*"))
        if path.is_file()
        for line in path.read_text(errors="replace").splitlines()
        if re.search(r"\{\{|\{%|\$\{|#\{|<%|__", line)
    }
    assert len(lines) > 20
    for line in lines:
        _check_attack(line)


def _check_attack(attack: str) -> None:
    try:
        kept = design.read(drawing.design(drawing.block(1, text=f"a {attack} b")), "email")
    except NotUnderstood:
        return
    found = message(kept).draft(Person("An"))
    written = kept["languages"]["zh-hans"]["blocks"][0]["text"]
    said = found.text.split("\n\n--\n")[0].lstrip("\n")
    # Links are written out; everything else stands there sign by sign.
    assert said == written or "http" in written, (said, written)
    assert "<script>alert" not in found.html


def test_a_hidden_block_asks_for_nothing() -> None:
    only = {"subject": "city", "op": "set", "value": ""}
    kept = drawing.design(drawing.block(1), drawing.block(2, text="In {{ city }}", when=only))
    made = message(kept)
    assert "In" not in made.draft(Person("An")).text
    assert "In 上海" in made.draft(Person("An", city="上海")).text
    bare = message(drawing.design(drawing.block(1, text="In {{ city }}")))
    with pytest.raises(CannotRender, match="missing: city"):
        bare.draft(Person("An"))


@pytest.mark.parametrize(
    ("when", "person", "shown"),
    [
        ({"subject": "city", "op": "is", "value": "shanghai"}, Person("An", city="Shanghai "), True),
        ({"subject": "city", "op": "is_not", "value": "上海"}, Person("An"), True),
        ({"subject": "city", "op": "not_set", "value": ""}, Person("An"), True),
        ({"subject": "gender", "op": "is", "value": "female"}, Person("An", gender="male"), False),
        ({"subject": "orders", "op": "above", "value": "2"}, Person("An", orders=2), False),
        ({"subject": "spent", "op": "above", "value": "99.5"}, Person("An", spent=Decimal(100)), True),
        ({"subject": "days_since_order", "op": "above", "value": "0"}, Person("An"), False),
        (
            {"subject": "recommended_products", "op": "set", "value": ""},
            Person("An", recommended=("Tea",)),
            True,
        ),
        ({"subject": "segment", "op": "is", "value": "7"}, Person("An", segments=frozenset({7})), True),
        ({"subject": "segment", "op": "is_not", "value": "7"}, Person("An", segments=frozenset({7})), False),
    ],
)
def test_conditions_hold_or_do_not(when: dict[str, str], person: Person, shown: bool) -> None:
    assert Condition.read(when).holds(person) is shown
