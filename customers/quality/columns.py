"""What data quality adds to the customer list: a column, and the filters to which its page leads."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.lib.templatetags import ui
from customers.columns import Column, ListFilter, register, register_filter
from customers.models import Customer, CustomerQuerySet
from customers.quality import rules
from customers.quality.summary import GOOD, LOW

VIEW = ("quality", "view")
BANDS = {"low": (0, LOW - 1), "fair": (LOW, GOOD - 1), "good": (GOOD, 100)}


def register_all() -> None:
    register(
        Column(
            "quality",
            gettext_lazy("Data quality"),
            cell,
            sort="quality__score",
            related=("quality",),
            needs=VIEW,
            order=80,
            css="number",
            is_default=False,
            is_sparse=True,
            falling=False,
        )
    )
    register_filter(
        ListFilter("quality", gettext_lazy("Data quality"), "gauge", bands, in_bands, needs=VIEW, order=60)
    )
    register_filter(
        ListFilter(
            "problem", gettext_lazy("Data problem"), "triangle-alert", problems, with_problems, VIEW, 61
        )
    )


def tone(score: int) -> str:
    return "bad" if score < LOW else "warn" if score < GOOD else "ok"


def cell(customer: Customer) -> str:
    found = getattr(customer, "quality", None)
    if found is None:
        return format_html('<span class="muted">{}</span>', ui.NOTHING)
    return ui.badge(found.score, tone(found.score))


def bands(user: User) -> Sequence[tuple[str, str]]:
    return [
        ("low", _("Low, below %(score)s") % {"score": LOW}),
        ("fair", _("Fair, %(low)s to %(high)s") % {"low": LOW, "high": GOOD - 1}),
        ("good", _("Good, %(score)s and more") % {"score": GOOD}),
    ]


def in_bands(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    chosen = [BANDS[value] for value in values]
    if len(chosen) == 1:
        return rows.filter(quality__score__range=chosen[0])
    return rows.filter(quality__score__in=[one for low, high in chosen for one in range(low, high + 1)])


def problems(user: User) -> Sequence[tuple[str, str]]:
    return [(rule.code, str(rule.label)) for rule in rules.all_rules()]


def with_problems(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    return rows.filter(quality__problems__overlap=values)
