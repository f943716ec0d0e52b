"""Fits both models and decides whether a fit is published.

A fit must prove itself on days it has not seen: its twin, fitted as if those days had not come yet, foretells
them, next to simple forecasts and to the model that is published. It is refused when its error there is more
than 2 % above that of either (root mean square of purchases; Brier score of lapsing). What was published
stays then, and goes on working with fresh data. Below 200 customers who bought again, a rule of thumb serves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from segments.predicting import bgnbd, judging, lapse, statistics, worth
from segments.predicting.history import History
from segments.predicting.known import Known
from segments.predicting.lapse import Lapse
from segments.predicting.models import Model
from segments.predicting.worth import Worth

TOLERANCE = 1.02
FEWEST = 200
LONGEST_TEST, SHORTEST_TEST = 365, 90


@dataclass(frozen=True)
class Fitted:
    """A fit with its report."""

    method: str
    params: dict[str, Any]
    holdout: dict[str, Any]
    why: str = ""

    def to_model(self, kind: str, fitted_on: dict[str, Any]) -> Model:
        is_rule = self.method == Model.Method.RULE
        status = Model.Status.REFUSED if self.why and not is_rule else Model.Status.PUBLISHED
        return Model(
            kind=kind,
            method=self.method,
            params=self.params,
            fitted_on=fitted_on,
            holdout=self.holdout,
            status=status,
            why=self.why,
        )


@dataclass(frozen=True)
class Models:
    """What predictions are made with. Without a `worth`, a rule serves."""

    worth: Worth | None
    lapse: Lapse


def refit(known: Known, history: History) -> list[Model]:
    """What became of each kind, not saved yet; a rule comes once, not every time that it still serves."""
    published = current()
    found = {
        Model.Kind.VALUE: fit_worth(known, history, published.worth),
        Model.Kind.LAPSE: fit_lapse(history, None if published.lapse is lapse.RULE else published.lapse),
    }
    fitted_on = _fitted_on(known, history)
    made = []
    for kind, fitted in found.items():
        if fitted.method != Model.Method.RULE:
            made.append(fitted.to_model(kind, fitted_on))
        if fitted.why and not Model.objects.published().filter(kind=kind).exists():
            made.append(Fitted(Model.Method.RULE, {}, {}, fitted.why).to_model(kind, fitted_on))
    return made


def current(made: Sequence[Model] = ()) -> Models:
    """The newest published of each kind, where those just `made` are the newest."""
    value, lapsing = (
        next((one for one in made if one.kind == kind and one.status == Model.Status.PUBLISHED), None)
        or Model.objects.published().filter(kind=kind).first()
        for kind in (Model.Kind.VALUE, Model.Kind.LAPSE)
    )
    return Models(
        Worth.from_json(value.params) if value and value.params else None,
        lapse.READERS[lapsing.method](**lapsing.params) if lapsing and lapsing.params else lapse.RULE,
    )


def fit_worth(known: Known, history: History, published: Worth | None) -> Fitted:
    days = min(LONGEST_TEST, history.span // 3)
    window = history.at(history.today - days, days)
    if days < SHORTEST_TEST or min(window.known.repeat_buyers, known.repeat_buyers) < FEWEST:
        return Fitted(Model.Method.RULE, {}, {}, Model.Why.FEW)
    trial, final = worth.fit(window.known), worth.fit(known)
    report = worth.judge(trial, window)
    errors = {name: one["rmse"] for name, one in report["orders"].items()}
    why = ""
    if not (worth.is_sound(trial) and worth.is_sound(final)):
        why = Model.Why.UNSOUND
    elif errors["model"] > TOLERANCE * min(errors.values()):
        why = Model.Why.BASELINE
    if published:
        before = judging.amounts(worth.purchases(published, window.known, days), window.purchases)
        report["orders"]["published"] = judging.plain(before)
        why = why or (Model.Why.WORSE if errors["model"] > TOLERANCE * before.rmse else "")
    return Fitted(Model.Method.BGNBD, final.to_json(), report, why)


def fit_lapse(history: History, published: Lapse | None) -> Fitted:
    days = lapse.DAYS
    past, test = (history.at(history.today - times * days, days) for times in (2, 1))
    if past.known.repeat_buyers < FEWEST or not 0 < (past.purchases > 0).sum() < len(past.known):
        return Fitted(Model.Method.RULE, {}, {}, Model.Why.FEW)
    logistic, bands = lapse.fit_logistic(past), lapse.fit_bands(past)
    orders, _likelihood = bgnbd.fit(worth.rows_of(test.known)[0])
    report = lapse.judge(logistic, bands, orders, test)
    final: Lapse
    if _wins(report["chances"]):
        final = lapse.fit_logistic(test)
    else:
        report = lapse.judge(bands, bands, orders, test) | {"logistic": report["chances"]["model"]}
        final = lapse.fit_bands(test)
    why = ""
    if published:
        lapsed = (test.purchases == 0).astype(float)
        before = judging.chances(1 - published.active(test.known), lapsed)
        report["chances"]["published"] = judging.plain(before)
        if report["chances"]["model"]["brier"] > TOLERANCE * before.brier:
            why = Model.Why.WORSE
    return Fitted(final.method, final.to_json(), report, why)


def _wins(chances: dict[str, dict[str, float]]) -> bool:
    """Whether the regression beats the days since the last order, and is not clearly behind BG/NBD.

    Where those two are even, the one that can give its reasons serves.
    """
    mine, recency, orders = (chances[name] for name in ("model", "recency", "bgnbd"))
    beats = mine["auc"] > recency["auc"] and mine["brier"] < recency["brier"]
    return beats and mine["brier"] <= TOLERANCE * orders["brier"]


def _fitted_on(known: Known, history: History) -> dict[str, Any]:
    first = int(known.first.min()) if len(known) else known.today
    return {
        "customers": len(known),
        "repeat_buyers": known.repeat_buyers,
        "purchases": int(known.days.sum()),
        "from": statistics.day_of(first).isoformat(),
        "until": statistics.day_of(known.today).isoformat(),
        "checked_on": len(set(history.customer.tolist())) if len(history.customer) else 0,
        "likeness": worth.likeness(known),
    }
