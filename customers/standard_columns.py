"""The columns that every customer list may show; features add theirs through customers.columns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.labels import label
from crm.lib.templatetags import ui
from customers.columns import Column, register
from customers.models import Customer

Cell = Callable[[Customer], str]
SHOWN_TAGS = 3


def register_all() -> None:
    _register_purchases()
    _register_shown()
    _register_offered()


def _register_purchases() -> None:
    register(
        Column(
            "total",
            _("Total spent"),
            lambda customer: ui.rounded_money(customer.rollup.total, settings.DEFAULT_CURRENCY),
            sort="rollup__total",
            related=("rollup",),
            order=60,
            css="number top-cell",
            shows_narrow=True,
            text=lambda customer: str(customer.rollup.total),
        )
    )
    register(
        Column(
            "orders",
            _("Orders"),
            lambda customer: ui.thousands(customer.rollup.orders),
            sort="rollup__orders",
            related=("rollup",),
            order=70,
            css="number",
            text=lambda customer: str(customer.rollup.orders),
        )
    )


def _register_shown() -> None:
    """What else the list shows unless somebody chooses otherwise."""
    register(Column("contact", _("Contact"), contact, order=50, css="muted"))
    register(
        Column(
            "activity",
            _("Last activity"),
            lambda customer: ui.when(customer.touched_at),
            sort="touched_at",
            order=80,
            css="muted bottom-cell",
            shows_narrow=True,
            text=lambda customer: exact(customer.touched_at),
        )
    )
    register(Column("owner", _("Owner"), owner, related=("owner",), order=90))


def _register_offered() -> None:
    for order, (key, name) in enumerate(TEXTS.items(), 200):
        register(Column(key, name, plain(key), order=order, is_default=False))
    more: tuple[Column, ...] = (
        Column(
            "phone", _("Phone"), lambda one: ui.mask_phone(one.phone) if one.phone else "", handle="phone"
        ),
        Column(
            "email",
            pgettext_lazy("address", "E-mail"),
            lambda one: ui.mask_email(one.email) if one.email else "",
            handle="email",
        ),
        Column("kind", _("Kind"), lambda one: label("kind", one.kind)),
        Column("tags", _("Tags"), tags, text=lambda one: ", ".join(one.tags)),
        Column("team", _("Team"), lambda one: one.team.name if one.team else "", related=("team",)),
        Column("gender", _("Gender"), lambda one: str(one.get_gender_display()) if one.gender else ""),
        Column(
            "language", _("Language"), lambda one: str(one.get_language_display()) if one.language else ""
        ),
        Column("birthday", _("Birthday"), lambda one: day(one.birthday), css="number"),
        Column("added", _("Customer since"), partial(moment, of="created_at"), sort="id", css="number"),
    )
    for order, one in enumerate(more, 220):
        register(with_order(one, order))
    register(
        Column(
            "last_order",
            _("Last order"),
            lambda one: ui.when(one.rollup.last_order_at),
            sort="rollup__last_order_at",
            related=("rollup",),
            order=240,
            is_default=False,
            is_sparse=True,
            css="muted",
            text=lambda one: exact(one.rollup.last_order_at),
        )
    )


TEXTS: dict[str, str | Promise] = {
    "company": _("Company"),
    "job_title": _("Job title"),
    "city": _("City"),
    "province": _("Province"),
    "country": _("Country"),
    "source": _("Came from"),
}


def with_order(column: Column, order: int) -> Column:
    return replace(column, order=order, is_default=False)


def plain(name: str) -> Cell:
    return lambda customer: str(getattr(customer, name))


def contact(customer: Customer) -> str:
    if customer.phone:
        return ui.mask_phone(customer.phone)
    return ui.mask_email(customer.email) if customer.email else ""


def owner(customer: Customer) -> str:
    if customer.owner is None:
        return ""
    return format_html(
        '<span class="owner">{}{}</span>', ui.avatar(customer.owner.name, "xs"), customer.owner.name
    )


def tags(customer: Customer) -> str:
    if not customer.tags:
        return ""
    shown = format_html_join(
        "", '<span class="tag">{}</span>', ((tag,) for tag in customer.tags[:SHOWN_TAGS])
    )
    more = len(customer.tags) - SHOWN_TAGS
    return format_html('<span class="line tight">{}{}</span>', shown, f"+{more}" if more > 0 else "")


def moment(customer: Customer, *, of: str) -> str:
    return day(timezone.localtime(getattr(customer, of)).date())


def day(value: date | None) -> str:
    return date_format(value, "Y-m-d") if value else ""


def exact(value: datetime | None) -> str:
    return date_format(timezone.localtime(value), "Y-m-d H:i") if value else ""
