"""What the checks find, each with a way to mend it."""

from typing import Any

import pytest
from django.utils import translation

from channels.campaigns.templating import checks, spam
from channels.campaigns.templating.checks import Level
from channels.campaigns.templating.tests import drawing

pytestmark = pytest.mark.django_db

PROSE = "Dear {{ name }}, this week we have three new teas from Yunnan, and you may taste them all."


def said(*blocks: dict[str, Any], kind: str = "email", **lines: Any) -> dict[str, Level]:
    with translation.override("en"):
        found = checks.findings(drawing.design(*blocks, **lines), kind)
    assert all(one.mend for one in found)
    return {one.text: one.level for one in found if one.language}


def has(found: dict[str, Level], part: str, level: Level) -> bool:
    return any(part in text and it == level for text, it in found.items())


def test_a_sound_mail_is_only_told_what_might_be_better() -> None:
    found = said(drawing.block(1, text=PROSE), subject="Three new teas", preheader="Come and taste")
    assert set(found.values()) <= {Level.NOTE}


@pytest.mark.parametrize(
    ("block", "lines", "part", "level"),
    [
        (drawing.block(1, text=PROSE), {"subject": ""}, "no subject", Level.WRONG),
        (drawing.block(1, text=PROSE), {"subject": "x" * 61}, "subject is long", Level.DOUBT),
        (drawing.block(1, text=PROSE), {"subject": "ACT NOW or never"}, "unwanted mail", Level.DOUBT),
        (drawing.block(1, text="恭喜中奖，点击领取"), {}, "unwanted mail", Level.DOUBT),
        (drawing.block(1, text="Great!!! Really"), {}, "shouts", Level.DOUBT),
        (drawing.block(1, "picture", alt=""), {}, "no words for those", Level.DOUBT),
        (drawing.block(1, "picture", alt="Tea"), {}, "nothing to read", Level.WRONG),
        (drawing.block(1, "picture", src="http://a.test/a.png", alt="x"), {}, "open line", Level.DOUBT),
        (drawing.block(1, text="[Unsubscribe](https://a.test/)"), {}, "unsubscribe", Level.WRONG),
        (drawing.block(1, "button", label="退订", url="https://a.test/"), {}, "unsubscribe", Level.WRONG),
        (drawing.block(1, "columns"), {}, "Both columns", Level.WRONG),
        (drawing.block(1, text="In {{ city }}"), {}, "“City” does not get", Level.NOTE),
    ],
)
def test_each_fault_is_named(block: dict[str, Any], lines: dict[str, str], part: str, level: Level) -> None:
    assert has(said(block, **lines), part, level)


def test_a_mail_that_mailboxes_would_cut_is_wrong() -> None:
    long = [drawing.block(number, text="茶" * 4900) for number in range(1, 9)]
    assert has(said(*long), "kB large", Level.WRONG)


def test_a_condition_about_a_segment_that_is_gone_is_wrong() -> None:
    only = {"subject": "segment", "op": "is", "value": "999999"}
    assert has(said(drawing.block(1, text=PROSE, when=only)), "segment of a condition", Level.WRONG)


def test_an_sms_is_counted_as_it_is_charged() -> None:
    assert has(said(drawing.block(1, text="茶" * 300), kind="sms"), "5 messages of UCS-2", Level.DOUBT)


def test_words_are_found_whole_in_latin_letters() -> None:
    assert spam.words_in("Our casinos") == []
    assert spam.words_in("A casino, urgent!") == ["casino", "urgent"]
    assert not spam.is_loud("A new tea from FUJIAN!")
