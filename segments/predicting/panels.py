"""What to expect of a customer, on their page: in words, with the reasons."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.accounts.http import UserRequest
from crm.lib.templatetags.ui import money, rounded_money
from customers.models import Customer
from customers.orders.models import Rollup
from customers.panels import HEAD, Panel, register
from segments.facts import zone
from segments.predicting import columns
from segments.predicting.known import WEEK, YEAR
from segments.predicting.models import Model, Prediction, PredictionRun
from segments.scoring import panels as scoring

NEEDS = ("score", "view")


def register_all() -> None:
    register(
        Panel(
            "lapse",
            gettext_lazy("Risk of leaving"),
            "predicting/_risk.html",
            risk,
            needs=NEEDS,
            order=21,
            place=HEAD,
            related=("score", "prediction"),
        )
    )
    register(
        Panel(
            "outlook", gettext_lazy("What to expect"), "predicting/_panel.html", load, needs=NEEDS, order=15
        )
    )


def risk(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    """What came with the customer: the prediction, or until there is one what the scores say."""
    found: Prediction | None = getattr(customer, "prediction", None)
    if found is None or found.lapse_risk is None:
        return scoring.risk(customer)
    tip = _("The chance that nothing is ordered in the next 90 days")
    return {"risk": f"{found.lapse_risk} %", "tone": columns.tone(found.lapse_risk), "tip": tip}


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    found = Prediction.objects.visible_to(request.user).filter(customer=customer).first()
    if found is None:
        return None
    if found.value is None or found.lapse_risk is None:
        return {"one": found}
    run = PredictionRun.objects.visible_to(request.user).done().order_by("-as_of").first()
    published = Model.objects.visible_to(request.user).published()
    methods = [published.filter(kind=kind).values_list("method", flat=True).first() for kind in Model.Kind]
    facts = sentences(found, customer.rollup, run)
    return {
        "one": found,
        "currency": settings.DEFAULT_CURRENCY,
        "tone": columns.tone(found.lapse_risk),
        "raising": [facts[letter] for letter in found.reasons if letter.isupper()],
        "lowering": [facts[letter.upper()] for letter in found.reasons if letter.islower()],
        "why": potential(found, customer.rollup, run),
        "by_rule": Model.Method.RULE in methods,
        "run": run,
    }


def sentences(one: Prediction, rollup: Rollup, run: PredictionRun | None) -> dict[str, str]:
    """What each letter of the reasons stands for, with this customer's own figures."""
    since, age = _days(rollup, run)
    gap = max(1, round((age - since) / (rollup.days - 1))) if rollup.days > 1 else 0
    mean = money(rollup.total / rollup.days, settings.DEFAULT_CURRENCY) if rollup.days else ""
    recent = one.recent or 0
    rhythm = _("Usually every %(gap)s days, now %(since)s days since the last") % {"gap": gap, "since": since}
    return {
        "L": ngettext("Last order %(days)s day ago", "Last order %(days)s days ago", since) % {"days": since},
        "R": rhythm if gap else _("Bought once only"),
        "F": ngettext("Orders on %(days)s day so far", "Orders on %(days)s days so far", rollup.days)
        % {"days": rollup.days},
        "N": ngettext(
            "%(number)s order in the last 13 weeks", "%(number)s orders in the last 13 weeks", recent
        )
        % {"number": recent},
        "S": _("%(amount)s per day with an order") % {"amount": mean},
        "T": ngettext("First order %(days)s day ago", "First order %(days)s days ago", age) % {"days": age},
    }


def potential(one: Prediction, rollup: Rollup, run: PredictionRun | None) -> list[str]:
    """Why more or less is expected than was spent."""
    gap, spent = one.potential or 0, one.spent or 0
    _since, age = _days(rollup, run)
    mean = rollup.total / rollup.days if rollup.days else 0
    said = [
        _("%(orders)s orders of %(amount)s are expected in 12 months, %(spent)s was spent in the last 12.")
        % {
            "orders": f"{one.expected_orders or 0:.1f}",
            "amount": rounded_money(one.per_order, settings.DEFAULT_CURRENCY),
            "spent": rounded_money(spent, settings.DEFAULT_CURRENCY),
        }
    ]
    if age < YEAR:
        said.append(_("They have been buying for %(weeks)s weeks only.") % {"weeks": round(age / WEEK)})
    if gap < 0 and (one.lapse_risk or 0) >= columns.SOME:
        said.append(_("They may be leaving, which lowers what can be expected."))
    elif gap > 0 and not spent:
        said.append(_("They bought nothing in the last 12 months, but such customers do come back."))
    if one.per_order and abs(one.per_order - mean) > mean / 5:
        said.append(
            _("After few orders of %(amount)s, the usual amounts of others count as well.")
            % {"amount": rounded_money(mean, settings.DEFAULT_CURRENCY)}
        )
    return said[:3]


def _days(rollup: Rollup, run: PredictionRun | None) -> tuple[int, int]:
    """Since the last and since the first order, as the run saw it."""
    if run is None or not rollup.last_order_at or not rollup.first_order_at:
        return 0, 0
    today = run.as_of.astimezone(zone()).date()
    since, age = (
        max(0, (today - moment.astimezone(zone()).date()).days)
        for moment in (rollup.last_order_at, rollup.first_order_at)
    )
    return since, age
