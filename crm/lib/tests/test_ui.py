import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import models
from django.template import Context, Template
from django.utils import timezone, translation

from crm.desk.navigation import NAVIGATION
from crm.lib import labels
from crm.lib.templatetags import ui


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


class Colour(models.TextChoices):
    RED = "r", "Red"


class Size(models.TextChoices):
    SMALL = "s", "Small"
    LARGE = "l", "Large"


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_every_icon_that_templates_name_exists() -> None:
    named = {item.icon for item in NAVIGATION} | set(ui.CHANNEL_ICONS.values())
    for page in Path(settings.BASE_DIR / "templates").rglob("*.html"):
        named |= set(re.findall(r'(?:{% icon |icon\|default:|icon=)"([^"]+)"', page.read_text()))
    assert named <= ui._drawings().keys()


def test_icon_is_silent_and_has_no_style() -> None:
    svg = rendered('{% icon "phone" 14 %}')
    assert svg.startswith("<svg")
    assert 'aria-hidden="true"' in svg
    assert 'width="14"' in svg
    assert "style=" not in svg


def test_unknown_channel_gets_a_neutral_icon() -> None:
    assert "<svg" in rendered('{% channel_icon "pigeon" %}')
    assert rendered('{% channel_icon "<b>" %}').count("<b>") == 0


def test_channel_icons_are_named_for_screen_readers() -> None:
    html = rendered("{% channel_icons kinds %}", kinds=[("email", "E-mail"), ("sms", "<SMS>")])
    assert html.count("<svg") == 2
    assert "E-mail, &lt;SMS&gt;</span>" in html


@pytest.mark.parametrize(
    ("name", "initials"),
    [("沈书瑶", "书瑶"), ("Elizabeth Wong", "EW"), ("mia", "M"), ("", "?"), ("<b>", "&lt;")],
)
def test_avatar_shows_initials(name: str, initials: str) -> None:
    assert f">{initials}</span>" in rendered("{% avatar name %}", name=name)


def test_badge_escapes_and_colours() -> None:
    assert "&lt;b&gt;" in rendered("{% badge text 2 %}", text="<b>")
    assert "dot tone-2" in rendered("{% badge text 2 %}", text="x")
    assert "dot bad" in rendered('{% badge text "bad" %}', text="x")
    assert "badge accent" in rendered('{% badge text "accent" "gem" %}', text="x")


def test_rfm_says_its_scores() -> None:
    assert 'aria-label="R5 F4 M1"' in rendered("{% rfm 5 4 1 %}")
    assert "–" in rendered("{% rfm none none none %}", none=None)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1486, "CNY", "¥1,486"),
        (Decimal("12.50"), "USD", "US$12.50"),
        (Decimal("-3"), "EUR", "−€3"),
        ("7.00", "CNY", "¥7"),
        (5, "CHF", "CHF 5"),
        (None, "CNY", "–"),
    ],
)
def test_money(amount: Decimal | float | str | None, currency: str, text: str) -> None:
    assert ui.money(amount, currency) == text


def test_rounded_money_has_no_cents() -> None:
    assert ui.rounded_money(Decimal("1234.56"), "CNY") == "¥1,235"


def test_numbers() -> None:
    assert ui.thousands(12345) == "12,345"
    assert ui.thousands(None) == "–"
    assert ui.percent(0.1234) == "12.3%"


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("+8613812345678", "138••••5678"), ("+442079460958", "+44••••0958"), ("10086", "••••"), ("", "••••")],
)
def test_phones_are_masked(phone: str, shown: str) -> None:
    assert ui.mask_phone(phone) == shown


def test_addresses_are_masked() -> None:
    assert ui.mask_email("anna@example.com") == "a••••@example.com"
    assert ui.mask_email("no address") == "••••"


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=30), "1 d ago"),
        (timedelta(hours=-3, seconds=-30), "in 3 h"),
        (timedelta(seconds=-20), "in 1 min"),
    ],
)
def test_ago(passed: timedelta, text: str) -> None:
    assert ui.ago(timezone.now() - passed) == text


def test_long_ago_is_a_date() -> None:
    moment = datetime(2020, 3, 1, 23, 30, tzinfo=timezone.get_fixed_timezone(0))
    with timezone.override("Asia/Shanghai"):
        assert ui.ago(moment) == "2020-03-02"
        assert 'title="2020-03-02 07:30"' in ui.when(moment)
    assert ui.ago(None) == "–"
    assert "–" in ui.when(None)


def test_label_names_a_choice() -> None:
    labels.register("size", Size)
    assert rendered('{{ "l"|label:"size" }}') == "Large"
    assert rendered('{{ "?"|label:"size" }}') == "?"


def test_no_two_choices_have_one_name() -> None:
    labels.register("shirt", Size)
    labels.register("shirt", Size)
    with pytest.raises(ValueError, match="shirt"):
        labels.register("shirt", Colour)
