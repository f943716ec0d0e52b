"""A template as somebody would read it, before any campaign sends it."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils import timezone

from channels.campaigns import coupons
from channels.campaigns.message import Draft, content_of, draft_of
from channels.campaigns.placeholders import EACH_RECOMMENDED, Person
from channels.campaigns.templating.design import Design
from channels.campaigns.templating.designed import Designed, Shape
from channels.connectors.base import Content
from channels.consent.models import Purpose

# Names as long as names usually are at most, and a product for every row.
NAMES: Mapping[str, tuple[str, str, str, str]] = {
    "zh-hans": ("欧阳小明", "云山科技有限公司", "上海", "每日精选单品咖啡豆"),
    "en": ("Alexandra", "Lakeside Trading Limited", "Shanghai", "Single origin coffee beans"),
}


def draft(design: Design, person: Person, language: str, *, is_mail: bool = True) -> Draft:
    """What this person would get if they read that language. CannotRender if they would get nothing."""
    wording = Designed({**design, "languages": {language: design["languages"][language]}})
    return _made(wording, wording.key_for(person), person, is_mail=is_mail)


def largest(design: Design, language: str, *, is_mail: bool = True) -> Draft:
    """With all its blocks and everything filled in."""
    wording = Designed(design)
    key = Shape(language, (True,) * len(wording.conditions[language]), len(EACH_RECOMMENDED))
    return _made(wording, key, sample(language), is_mail=is_mail)


def sample(language: str) -> Person:
    """Somebody who has everything."""
    name, company, city, product = NAMES.get(language, NAMES["en"])
    return Person(
        name=name,
        company=company,
        city=city,
        language=language,
        last_order_at=timezone.now(),
        orders=3,
        spent=Decimal(1280),
        recommended=(product,) * len(EACH_RECOMMENDED),
        coupon=coupons.SAMPLE,
    )


def _made(wording: Designed, key: Shape, person: Person, *, is_mail: bool) -> Draft:
    form = wording.form(key)
    if is_mail:
        return draft_of(form, content_of(form, Purpose.MARKETING), person)
    return draft_of(form, Content(subject="", text=form.body.text, html=""), person)
