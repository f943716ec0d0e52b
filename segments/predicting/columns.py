"""What predictions add to the customer list: columns, and the filters to which the model card leads."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.lib.templatetags import ui
from customers.columns import Column, ListFilter, register, register_filter
from customers.models import Customer, CustomerQuerySet
from segments.predicting.models import Prediction

VIEW = ("score", "view")
NOTHING = "–"
# From these percentages on, a risk is worth a look, and worth a call.
SOME, HIGH = 50, 80


def register_all() -> None:
    shown: tuple[tuple[str, object, Callable[[Prediction], str], str], ...] = (
        ("lapse_risk", _("Risk of leaving"), risk, "lapse_risk"),
        ("value", _("Value of 12 months"), _money("value"), "value"),
        ("expected_orders", _("Expected orders"), _orders, "expected_orders"),
        ("potential", pgettext_lazy("value", "Potential"), _money("potential"), "potential"),
        ("engagement", _("Engagement"), _engagement, "engagement"),
    )
    for place, (key, label, cell, column) in enumerate(shown):
        register(
            Column(
                key,
                label,  # type: ignore[arg-type]
                _cell(cell),
                related=("prediction",),
                needs=VIEW,
                order=42 + place,
                css="number",
                is_default=False,
                # The others have no index, and sorting a million customers by them would take too long.
                sort="prediction__value" if column == "value" else "",
                is_sparse=True,
            )
        )
    register_filter(
        ListFilter("risk", _("Risk of leaving"), "activity", _tenths, _in_tenths, needs=VIEW, order=41)
    )


def tone(percent: int) -> str:
    return "bad" if percent >= HIGH else "warn" if percent >= SOME else "ok"


def risk(one: Prediction) -> str:
    if one.lapse_risk is None:
        return NOTHING
    return format_html('<span class="{}">{} %</span>', tone(one.lapse_risk), one.lapse_risk)


def _cell(cell: Callable[[Prediction], str]) -> Callable[[Customer], str]:
    def shown(customer: Customer) -> str:
        found: Prediction | None = getattr(customer, "prediction", None)
        return cell(found) if found else NOTHING

    return shown


def _money(name: str) -> Callable[[Prediction], str]:
    def shown(one: Prediction) -> str:
        amount = getattr(one, name)
        return NOTHING if amount is None else ui.rounded_money(amount, settings.DEFAULT_CURRENCY)

    return shown


def _orders(one: Prediction) -> str:
    return NOTHING if one.expected_orders is None else f"{one.expected_orders:.1f}"


def _engagement(one: Prediction) -> str:
    return str(one.engagement)


def _tenths(user: User) -> Sequence[tuple[str, str]]:
    return [(str(tenth), tenth_name(tenth)) for tenth in range(9, -1, -1)]


def tenth_name(tenth: int) -> str:
    return f"{tenth * 10}–{tenth * 10 + (10 if tenth == 9 else 9)} %"


def _in_tenths(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    percents = [
        percent
        for value in values
        for percent in range(int(value) * 10, int(value) * 10 + (11 if value == "9" else 10))
    ]
    return rows.filter(prediction__lapse_risk__in=percents)
