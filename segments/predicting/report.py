"""The model card: what predictions are made of and how good they were, as tables and charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.lib import charts
from crm.lib.charts import Chart, Series
from crm.lib.templatetags.ui import percent, rounded_money, thousands
from segments.predicting.columns import HIGH, SOME, tenth_name
from segments.predicting.models import Model, ModelQuerySet, PredictionRun

VERSIONS = 12
FORECASTS: dict[str, str | Promise] = {
    "model": gettext_lazy("This model"),
    "published": gettext_lazy("The model published before"),
    "own_rate": gettext_lazy("Everybody goes on at their own pace"),
    "as_before": gettext_lazy("Everybody does the same as in the time before"),
    "all_alike": gettext_lazy("Everybody buys equally often"),
    "recency": gettext_lazy("Days since the last order alone"),
    "bgnbd": gettext_lazy("BG/NBD: no purchase in that time"),
    "logistic": gettext_lazy("Logistic regression (not used)"),
}
FEATURES: dict[str, str | Promise] = {
    "recency": gettext_lazy("Days since the last order"),
    "ratio": gettext_lazy("The same in terms of their usual gap"),
    "gap": gettext_lazy("Usual days between orders"),
    "purchases": gettext_lazy("Orders after the first"),
    "month": gettext_lazy("Orders in the last 4 weeks"),
    "quarter": gettext_lazy("Orders in the last 13 weeks"),
    "spend": gettext_lazy("Money per day with an order"),
    "tenure": gettext_lazy("Days since the first order"),
}
PARAMETERS: dict[str, str | Promise] = {
    "r": gettext_lazy("r: how alike the paces of buying are"),
    "alpha": gettext_lazy("alpha: r / alpha is the mean number of orders a week while active"),
    "a": gettext_lazy("a: a / (a + b) is the mean chance to leave after an order"),
    "b": gettext_lazy("b: how alike these chances are, together with a"),
    "p": gettext_lazy("p: how much the orders of one customer vary"),
    "q": gettext_lazy("q: how much the means of customers vary"),
    "gamma": gettext_lazy("gamma: p · gamma / (q − 1) is the mean order"),
}
WHAT = pgettext_lazy("model card", "Forecast")


@dataclass(frozen=True)
class ErrorRow:
    name: str
    cells: tuple[str, ...]
    is_model: bool
    is_best: bool


@dataclass(frozen=True)
class Section:
    """One model: the published fit, what it was checked with, and a refused one that came after it."""

    model: Model
    data: list[tuple[str, str]]
    parameters: list[tuple[str | Promise, str]]
    errors: list[tuple[str, tuple[str, ...], list[ErrorRow]]]
    calibration: Chart | None
    refused: Model | None

    @property
    def is_rule(self) -> bool:
        return self.model.method == Model.Method.RULE


def page(models: ModelQuerySet, last: PredictionRun | None) -> dict[str, Any]:
    found = {kind: _section(models, kind) for kind in Model.Kind}
    return {
        "last": last,
        "worth": found[Model.Kind.VALUE],
        "lapse": found[Model.Kind.LAPSE],
        "versions": list(models.order_by("-pk")[:VERSIONS]),
        "risks": risk_chart(last.summary) if last else None,
        "totals": totals(last.summary) if last and last.summary.get("buyers") else None,
        "currency": settings.DEFAULT_CURRENCY,
    }


def totals(summary: dict[str, Any]) -> dict[str, Any]:
    high = [summary["tenths"].get(str(tenth), [0, "0", "0"]) for tenth in range(HIGH // 10, 10)]
    return {
        "value": Decimal(summary["value"]),
        "orders": Decimal(summary["orders"]),
        "spent": Decimal(summary["spent"]),
        "leaving": sum(one[0] for one in high),
        "at_stake": sum((Decimal(one[1]) for one in high), Decimal(0)),
        "leaving_url": _with_risk(*range(HIGH // 10, 10)),
    }


def risk_chart(summary: dict[str, Any]) -> Chart | None:
    tenths = summary.get("tenths")
    if not tenths:
        return None
    numbers = [float(tenths.get(str(tenth), [0])[0]) for tenth in range(10)]
    parts = (
        (_("Low"), 2, range(SOME // 10)),
        (_("Medium"), 3, range(SOME // 10, HIGH // 10)),
        (_("High"), 5, range(HIGH // 10, 10)),
    )
    series = [
        Series(name, [number if tenth in some else 0 for tenth, number in enumerate(numbers)], tone)
        for name, tone, some in parts
    ]
    return charts.stacked(
        _("Customers by risk of leaving"),
        [tenth_name(tenth) for tenth in range(10)],
        series,
        urls=[_with_risk(tenth) for tenth in range(10)],
    )


def _section(models: ModelQuerySet, kind: str) -> Section | None:
    model = models.published().filter(kind=kind).first()
    if model is None:
        return None
    holdout = model.holdout
    errors = _amount_errors(holdout) if kind == Model.Kind.VALUE else _chance_errors(holdout)
    return Section(
        model=model,
        data=_data(model),
        parameters=_parameters(model),
        errors=errors if holdout else [],
        calibration=_calibration(holdout, kind) if holdout else None,
        refused=models.filter(kind=kind, status=Model.Status.REFUSED, pk__gt=model.pk)
        .order_by("-pk")
        .first(),
    )


def _data(model: Model) -> list[tuple[str, str]]:
    on = model.fitted_on
    rows = [
        (_("Customers with an order"), thousands(on["customers"])),
        (_("Of them bought again"), thousands(on["repeat_buyers"])),
        (_("Days with an order, in all"), thousands(on["purchases"])),
        (_("From"), str(date.fromisoformat(on["from"]))),
        (_("Until"), str(date.fromisoformat(on["until"]))),
    ]
    if model.holdout:
        rows.append((_("Checked on customers"), thousands(model.holdout["customers"])))
    if model.method == Model.Method.BGNBD:
        rows.append((_("Correlation of how often and how much"), f"{on['likeness']:.2f}"))
    return rows


def _parameters(model: Model) -> list[tuple[str | Promise, str]]:
    if model.method == Model.Method.BGNBD:
        return [(label, f"{model.params[name]:.4g}") for name, label in PARAMETERS.items()]
    if model.method == Model.Method.LOGISTIC:
        weights = sorted(model.params["weight"].items(), key=lambda one: -abs(one[1]))
        return [(FEATURES[name], f"{-value:+.2f}") for name, value in weights]
    if model.method == Model.Method.RECENCY:
        days = [f"≤ {day:.0f}" for day in model.params["days"]]
        last = f"> {model.params['days'][-1]:.0f}" if days else "–"
        return [
            (_("%(days)s days") % {"days": day}, percent(1 - share))
            for day, share in zip([*days, last], model.params["shares"], strict=True)
        ]
    return []


def _amount_errors(holdout: dict[str, Any]) -> list[tuple[str, tuple[str, ...], list[ErrorRow]]]:
    if not holdout:
        return []
    head = (_("Usual error (RMSE)"), _("Mean error"), _("All together"), _("Off by"))
    return [
        (_("Orders"), head, _amount_rows(holdout["orders"], money=False)),
        (_("Spending"), head, _amount_rows(holdout["money"], money=True)),
    ]


def _amount_rows(found: dict[str, dict[str, float]], *, money: bool) -> list[ErrorRow]:
    best = min(one["rmse"] for one in found.values())
    actual = next(iter(found.values()))["actual"]

    def shown(value: float, digits: int) -> str:
        return rounded_money(value, settings.DEFAULT_CURRENCY) if money else f"{value:,.{digits}f}"

    rows = [
        ErrorRow(
            str(FORECASTS[name]),
            (
                shown(one["rmse"], 3),
                shown(one["mae"], 3),
                shown(one["total"], 0),
                f"{one['total'] / actual - 1:+.0%}" if actual else "–",
            ),
            name == "model",
            one["rmse"] == best,
        )
        for name, one in found.items()
    ]
    return [*rows, ErrorRow(_("What came"), ("", "", shown(actual, 0), ""), is_model=False, is_best=False)]


def _chance_errors(holdout: dict[str, Any]) -> list[tuple[str, tuple[str, ...], list[ErrorRow]]]:
    if not holdout:
        return []
    found: dict[str, dict[str, float]] = dict(holdout["chances"])
    if "logistic" in holdout:
        found["logistic"] = holdout["logistic"]
    best = min(one["brier"] for one in found.values())
    rows = [
        ErrorRow(
            str(FORECASTS[name]),
            (f"{one['auc']:.3f}", f"{one['brier']:.4f}", percent(one["mean"]), percent(one["actual"])),
            name == "model",
            one["brier"] == best,
        )
        for name, one in found.items()
        if name != "recency" or one != found["model"]
    ]
    head = (_("Sorts right (AUC)"), _("Error (Brier)"), _("Said of all"), _("What came"))
    return [(_("Leaving"), head, rows)]


def _calibration(holdout: dict[str, Any], kind: str) -> Chart:
    tenths: Sequence[dict[str, float]] = holdout["tenths"]
    is_value = kind == Model.Kind.VALUE
    factor = 1 if is_value else 100

    def shown(value: float) -> str:
        return f"{value:.2f}" if is_value else f"{value:.1f} %"

    title = (
        _("Orders: foretold and real, by tenths") if is_value else _("Leaving: foretold and real, by tenths")
    )
    return charts.line(
        title,
        [str(place) for place in range(1, len(tenths) + 1)],
        [
            Series(_("Real"), [one["actual"] * factor for one in tenths], 1),
            Series(_("Foretold"), [one["forecast"] * factor for one in tenths], 3),
        ],
        fmt=shown,
    )


def _with_risk(*tenths: int) -> str:
    return f"{reverse('customers:list')}?{'&'.join(f'risk={tenth}' for tenth in tenths)}"
