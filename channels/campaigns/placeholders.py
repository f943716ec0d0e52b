"""Personal fields in a campaign's text: {{ name }}, or {{ company|your company }} for those who have none.

A language of its own on purpose: what marketing types is never a Django template. There are the fields listed
here and nothing else: no attributes, no calls, no tags. What is not understood is refused when it is saved.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
CHINESE = re.compile(r"[㐀-鿿]")
CHINESE_NAME = re.compile(r"[㐀-鿿]{2,4}")
FAMILY_NAMES_OF_TWO = frozenset(
    {"欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐"}
    | {"宇文", "长孙", "司徒", "夏侯", "轩辕", "端木", "南宫", "独孤", "申屠", "澹台"}
)
TITLES = {"male": "先生", "female": "女士"}


class NotUnderstood(ValueError):
    """A text holds something in braces that is no personal field. The message says what, to its author."""


@dataclass(frozen=True)
class Person:
    """What personal fields are filled with."""

    name: str
    kind: str = "person"
    gender: str = ""
    company: str = ""
    city: str = ""
    language: str = ""
    last_order_at: datetime | None = None
    orders: int = 0
    spent: Decimal = Decimal(0)
    # Names of products; only known where a text asks for them.
    recommended: tuple[str, ...] = ()
    # Their code of the message's offer, or why they get none.
    coupon: str = ""
    no_coupon: str = ""
    # Numbers of segments they are in, of those that a text asks about.
    segments: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Slot:
    """A place in a text for a personal field."""

    field: str
    fallback: str | None = None


Piece = str | Slot


def salutation(person: Person) -> str:
    """How one addresses a person: 李女士, Emma. Without knowing the gender, a Chinese name stays whole."""
    name = person.name.strip()
    if person.kind != "person":
        return name
    if not CHINESE_NAME.fullmatch(name):
        return name.split()[0] if name and not CHINESE.search(name) else name
    title = TITLES.get(person.gender, "")
    family = name[:2] if name[:2] in FAMILY_NAMES_OF_TWO and len(name) > 2 else name[:1]
    return family + title if title else name


def last_order(person: Person) -> str:
    if person.last_order_at is None:
        return ""
    day = timezone.localdate(person.last_order_at)
    return f"{day.year}年{day.month}月{day.day}日" if person.language.startswith("zh") else day.isoformat()


def recommended(person: Person) -> str:
    return ("、" if person.language.startswith("zh") else ", ").join(person.recommended)


def nth_recommended(place: int) -> Callable[[Person], str]:
    return lambda person: person.recommended[place] if len(person.recommended) > place else ""


RECOMMENDED, COUPON = "recommended_products", "coupon"
# Recommended products one by one.
EACH_RECOMMENDED = ("recommended_1", "recommended_2", "recommended_3")
NAMING_PRODUCTS = (RECOMMENDED, *EACH_RECOMMENDED)
FIELDS: dict[str, tuple[str | Promise, Callable[[Person], str]]] = {
    "name": (gettext_lazy("Full name"), lambda person: person.name.strip()),
    "salutation": (gettext_lazy("Form of address"), salutation),
    "company": (gettext_lazy("Company"), lambda person: person.company.strip()),
    "city": (gettext_lazy("City"), lambda person: person.city.strip()),
    "last_order": (gettext_lazy("Date of the last order"), last_order),
    "orders": (gettext_lazy("Number of orders"), lambda person: str(person.orders or "")),
    RECOMMENDED: (gettext_lazy("Recommended products"), recommended),
    "recommended_1": (gettext_lazy("First recommended product"), nth_recommended(0)),
    "recommended_2": (gettext_lazy("Second recommended product"), nth_recommended(1)),
    "recommended_3": (gettext_lazy("Third recommended product"), nth_recommended(2)),
    COUPON: (gettext_lazy("Coupon code"), lambda person: person.coupon),
}
OTHER_NAMES = {
    "first_name": "salutation",
    "last_order_date": "last_order",
    "姓名": "name",
    "称呼": "salutation",
    "公司": "company",
    "城市": "city",
    "最近购买": "last_order",
    "推荐商品": RECOMMENDED,
    "优惠码": COUPON,
    "订单数": "orders",
}


def parse(text: str) -> tuple[Piece, ...]:
    """The text cut at its personal fields. Raises NotUnderstood."""
    return tuple(_pieces(text))


def slots(pieces: tuple[Piece, ...]) -> Iterator[Slot]:
    return (piece for piece in pieces if isinstance(piece, Slot))


def value(slot: Slot, person: Person) -> str | None:
    """What stands in this place for this person; None when there is nothing to say and no words for that."""
    return FIELDS[slot.field][1](person) or slot.fallback


def choices() -> Mapping[str, str | Promise]:
    """The fields one may use, as {{ }} is written, with their names."""
    return {f"{{{{ {name} }}}}": label for name, (label, _value) in FIELDS.items()}


def _pieces(text: str) -> Iterator[Piece]:
    parts = TAG.split(text)
    for place, part in enumerate(parts):
        if place % 2:
            yield _slot(part)
        elif "{{" in part or "}}" in part:
            raise NotUnderstood(_("Two braces open or close here without a partner."))
        elif part:
            yield part


def _slot(inside: str) -> Slot:
    name, bar, fallback = (part.strip() for part in inside.partition("|"))
    field = OTHER_NAMES.get(name, name)
    if field not in FIELDS:
        raise NotUnderstood(
            _("There is no personal field “%(field)s”. These are known: %(known)s.")
            % {"field": inside.strip()[:60], "known": ", ".join(FIELDS)}
        )
    if "{" in fallback or "}" in fallback:
        raise NotUnderstood(
            _("The words for those without “%(field)s” may not hold braces.") % {"field": name}
        )
    return Slot(field, fallback if bar else None)
