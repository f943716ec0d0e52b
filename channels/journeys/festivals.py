"""Festivals people wish each other well on, and the named days of the business calendars."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.standards.models import OwnDay
from crm.lib import lunar
from crm.lib.lunar import Lunar

# A day of a business calendar is chosen by its name.
OWN = "own:"


@dataclass(frozen=True)
class Festival:
    label: str | Promise
    # The day of a year; lunar ones of the lunar year that begins in it.
    day: Callable[[int], date | None]


def _moon(month: int, number: int) -> Callable[[int], date | None]:
    return lambda year: lunar.find(Lunar(year, month, number))


def _fixed(month: int, number: int) -> Callable[[int], date | None]:
    return lambda year: date(year, month, number)


def _weekday(month: int, weekday: int, place: int) -> Callable[[int], date | None]:
    """Such as the second Sunday of May."""

    def day(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (place - 1))

    return day


def _clear_brightness(year: int) -> date:
    """4 April, or 5 April where the sun is late; holds for this century."""
    return date(year, 4, int(year % 100 * 0.2422 + 4.81) - year % 100 // 4)


FESTIVALS: dict[str, Festival] = {
    "new-year": Festival(_("New Year's Day"), _fixed(1, 1)),
    "spring": Festival(_("Spring Festival"), _moon(1, 1)),
    "lantern": Festival(_("Lantern Festival"), _moon(1, 15)),
    "valentine": Festival(_("Valentine's Day"), _fixed(2, 14)),
    "women": Festival(_("Women's Day"), _fixed(3, 8)),
    "qingming": Festival(_("Tomb-Sweeping Day"), _clear_brightness),
    "labour": Festival(_("Labour Day"), _fixed(5, 1)),
    "mothers": Festival(_("Mother's Day"), _weekday(5, 6, 2)),
    "children": Festival(_("Children's Day"), _fixed(6, 1)),
    "dragon-boat": Festival(_("Dragon Boat Festival"), _moon(5, 5)),
    "618": Festival(_("6·18 shopping festival"), _fixed(6, 18)),
    "fathers": Festival(_("Father's Day"), _weekday(6, 6, 3)),
    "qixi": Festival(_("Qixi Festival"), _moon(7, 7)),
    "mid-autumn": Festival(_("Mid-Autumn Festival"), _moon(8, 15)),
    "national": Festival(_("National Day"), _fixed(10, 1)),
    "double-ninth": Festival(_("Double Ninth Festival"), _moon(9, 9)),
    "double-11": Festival(_("Double 11"), _fixed(11, 11)),
    "black-friday": Festival(
        _("Black Friday"),
        lambda year: date(year, 11, 23) + timedelta(days=(4 - date(year, 11, 23).weekday()) % 7),
    ),
    "double-12": Festival(_("Double 12"), _fixed(12, 12)),
    "christmas": Festival(_("Christmas"), _fixed(12, 25)),
    "new-years-eve": Festival(
        pgettext_lazy("lunar", "Lunar New Year's Eve"), lambda year: lunar.last_day(year - 1)
    ),
}


def is_on(name: str, day: date) -> bool:
    if name.startswith(OWN):
        return OwnDay.objects.filter(name=name.removeprefix(OWN), on=day).exists()
    festival = FESTIVALS.get(name)
    return festival is not None and festival.day(day.year) == day


def choices() -> list[tuple[str, str]]:
    own = OwnDay.objects.exclude(name="").order_by("name").values_list("name", flat=True).distinct()
    known = [(name, str(one.label)) for name, one in FESTIVALS.items()]
    return known + [(f"{OWN}{name}", name) for name in own]


def label(name: str) -> str:
    festival = FESTIVALS.get(name)
    return str(festival.label) if festival else name.removeprefix(OWN) or "–"
