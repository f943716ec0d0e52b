"""Template tags of the design system. A builtin, so no template needs to load it.

Icons, avatars and labels are cached: a list of fifty rows shows hundreds of them.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from zipfile import ZipFile

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from crm.lib import charts, labels

register = template.Library()

CHANNEL_ICONS = {
    "wechat": "message-circle",
    "wechat_work": "messages-square",
    "phone": "phone",
    "email": "mail",
    "sms": "message-square-text",
    "whatsapp": "message-circle-heart",
    "chat": "message-circle-more",
    "social": "hash",
    "event": "calendar-days",
    "meeting": "handshake",
    "form": "clipboard-list",
    "staff": "notebook-pen",
    "web": "globe",
    "webchat": "message-circle-more",
    "webform": "clipboard-list",
    "store": "store",
    "order": "shopping-bag",
    "ticket": "ticket",
    "note": "sticky-note",
    "task": "square-check",
    "campaign": "megaphone",
    "consent": "shield-check",
    "import": "upload",
    "merge": "merge",
    "system": "bot",
}
CURRENCY_SIGNS = {
    "CNY": "¥",
    "USD": "US$",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "JPY": "JP¥",
    "SGD": "S$",
    "TWD": "NT$",
    "KRW": "₩",
}
NOTHING = "–"
HIDDEN = "••••"
LONGEST_PERSON = 4
CHINESE = re.compile(r"[\u4e00-\u9fff]")


SVG = (
    '<svg width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
    'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" class="{css}" aria-hidden="true">'
    "{drawing}</svg>"
)


@cache
def _drawings() -> dict[str, str]:
    """What every icon is drawn with. lucide itself opens its archive for each of them."""
    with (files("lucide") / "lucide.zip").open("rb") as file, ZipFile(file) as archive:
        texts = {name.removesuffix(".svg"): archive.read(name).decode() for name in archive.namelist()}
    return {name: _inside(text) for name, text in texts.items()}


def _inside(text: str) -> str:
    inside = text.partition(">")[2].rpartition("</svg>")[0]
    return " ".join(inside.split()).replace("> <", "><").replace(" />", "/>")


@lru_cache(maxsize=1024)
def _svg(name: str, size: int, css: str) -> SafeString:
    drawing = mark_safe(_drawings()[name])  # noqa: S308 - from the package, not from anybody's input
    return format_html(SVG, size=size, css=f"icon {css}".strip(), drawing=drawing)


@register.simple_tag
def icon(name: str, size: int = 16, css: str = "") -> SafeString:
    """{% icon "phone" 14 %} — a lucide icon as inline svg, hidden from screen readers."""
    return _svg(str(name), size, css)


@register.simple_tag
def channel_icon(kind: str, size: int = 15) -> SafeString:
    """The icon of a channel or of a kind of timeline entry; coloured inside an element of class `tinted`."""
    css = "channel-" + re.sub(r"[^a-z]+", "-", str(kind).lower())
    return _svg(CHANNEL_ICONS.get(str(kind), "circle-dot"), size, css)


@register.simple_tag
def channel_icons(kinds: Iterable[tuple[str, str]], size: int = 14) -> SafeString:
    """Icons of several channels. `kinds` are pairs of kind and the name that is read out."""
    pairs = list(kinds)
    names = ", ".join(str(name) for _, name in pairs)
    return format_html(
        '<span class="channel-icons" title="{}">{}<span class="visually-hidden">{}</span></span>',
        names,
        format_html_join("", "{}", ((channel_icon(kind, size),) for kind, _ in pairs)),
        names,
    )


@register.simple_tag
def avatar(name: object, size: str = "") -> SafeString:
    """{% avatar user.name "xs" %} — a coloured circle with initials; sizes "", "xs" and "xl"."""
    return _avatar(str(name).strip() or "?", size)


@lru_cache(maxsize=4096)
def _avatar(name: str, size: str) -> SafeString:
    if CHINESE.search(name):
        # People are told apart by their given names, companies end in "limited company".
        initials = name[-2:] if len(name) <= LONGEST_PERSON else name[:2]
    else:
        initials = "".join(word[0] for word in name.split()[:2]).upper()
    hue = hashlib.md5(name.encode(), usedforsecurity=False).digest()[0] % 8
    css = " ".join(filter(None, ("avatar", size, f"hue-{hue}")))
    return format_html('<span class="{}" aria-hidden="true">{}</span>', css, initials)


@register.simple_tag
def badge(text: object, tone: object = "", name: str = "") -> SafeString:
    """A word in a frame. A number or ok/warn/bad as `tone` adds a dot; an icon `name` tints it instead."""
    if name:
        return format_html('<span class="badge {}">{}{}</span>', tone, _svg(name, 12, ""), text)
    if tone == "":
        return format_html('<span class="badge">{}</span>', text)
    css = f"tone-{tone}" if str(tone).isdigit() else str(tone)
    return format_html('<span class="badge"><i class="dot {}" aria-hidden="true"></i>{}</span>', css, text)


@register.simple_tag
def rfm(recency: int | None, frequency: int | None, monetary: int | None) -> SafeString:
    """Three small squares with the scores from 1 to 5."""
    if recency is None or frequency is None or monetary is None:
        return format_html('<span class="muted">{}</span>', NOTHING)
    return _rfm(recency, frequency, monetary)


@lru_cache(maxsize=256)
def _rfm(recency: int, frequency: int, monetary: int) -> SafeString:
    scores = (recency, frequency, monetary)
    squares = format_html_join("", '<b class="score-{}">{}</b>', ((score, score) for score in scores))
    return format_html('<span class="rfm" role="img" aria-label="R{} F{} M{}">{}</span>', *scores, squares)


@register.simple_tag
def minibar(value: float | None, top: float | None, tone: int = 1) -> SafeString:
    """{% minibar 3 5 %} — a thin bar filled to three fifths; write the number beside it."""
    return charts.minibar(float(value or 0), float(top or 0), tone=tone)


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """How long ago, with the exact moment on hover."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', NOTHING)
    local = timezone.localtime(moment)
    exact = date_format(local, "Y-m-d H:i")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, ago(moment))


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago or how soon, in one unit; a date once it is more than six weeks away."""
    if moment is None:
        return NOTHING
    seconds = int((timezone.now() - moment).total_seconds())
    if 0 <= seconds < 60:
        return gettext("just now")
    if abs(seconds) >= 86400 * 45:
        return date_format(timezone.localtime(moment), "Y-m-d")
    for size, past, future in (
        (86400, gettext("%(number)d d ago"), gettext("in %(number)d d")),
        (3600, gettext("%(number)d h ago"), gettext("in %(number)d h")),
    ):
        if abs(seconds) >= size:
            return (past if seconds > 0 else future) % {"number": abs(seconds) // size}
    text = gettext("%(number)d min ago") if seconds > 0 else gettext("in %(number)d min")
    return text % {"number": max(1, abs(seconds) // 60)}


@register.simple_tag
def words(text: str, named: Mapping[str, str]) -> SafeString:
    """Text with its line breaks; what stands for somebody in `named` is shown as their name."""
    longest_first = sorted(named, key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", text) if named else [text]
    return format_html_join("", "{}", ((_piece(piece, named.get(piece)),) for piece in pieces))


def _piece(piece: str, name: str | None) -> SafeString:
    if name is not None:
        return format_html('<b class="mention">@{}</b>', name)
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in piece.splitlines() or [""]))


@register.filter
def day_name(day: date) -> str:
    """Today, tomorrow, else weekday and date; a day of another year is a bare date."""
    today = timezone.localdate()
    away = (day - today).days
    near = {-1: gettext("Yesterday"), 0: gettext("Today"), 1: gettext("Tomorrow")}
    # Translators: a day of this year as Django's date format writes it, such as "Tue, 24 Nov"
    form = pgettext("day of this year", "D, j M") if day.year == today.year else "Y-m-d"
    return near.get(away) or date_format(day, form)


@register.filter
def money(amount: Decimal | float | str | None, currency: str = "CNY") -> str:
    """{{ order.amount|money:order.currency }} — cents only when there are any."""
    if amount is None or amount == "":
        return NOTHING
    value = Decimal(str(amount))
    digits = 0 if value == value.to_integral_value() else 2
    sign = CURRENCY_SIGNS.get(currency, f"{currency} ")
    return f"{'−' if value < 0 else ''}{sign}{abs(value):,.{digits}f}"


@register.filter
def rounded_money(amount: Decimal | float | str | None, currency: str = "CNY") -> str:
    """Money without cents, for totals and averages."""
    return NOTHING if amount is None or amount == "" else money(round(Decimal(str(amount))), currency)


@register.filter
def thousands(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.0f}"


@register.filter
def percent(share: float | None, digits: int = 1) -> str:
    """{{ 0.123|percent }} is 12.3%."""
    return NOTHING if share is None else f"{share * 100:.{digits}f}%"


@register.filter
def mask_phone(phone: str) -> str:
    """138••••5678: enough to recognise a number, not enough to call it."""
    shown = phone.removeprefix("+86")
    return shown[:3] + HIDDEN + shown[-4:] if len(shown) > 8 else HIDDEN


@register.filter
def mask_email(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}{HIDDEN}@{domain}" if domain else HIDDEN


def masked(address: str, kind: str) -> str:
    """The address of a kind of channel; of what only machines can read, nothing."""
    if not address:
        return ""
    if kind == "email":
        return mask_email(address)
    return mask_phone(address) if kind in ("sms", "phone", "whatsapp") else HIDDEN


@register.filter
def label(value: object, name: str) -> str:
    """{{ customer.lifecycle|label:"lifecycle" }} — the name of a choice registered in crm.lib.labels."""
    return labels.label(name, value)
