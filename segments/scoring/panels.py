"""The RFM block on the customer page: the scores, and why they are what they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from crm.accounts.http import UserRequest
from crm.lib.templatetags.ui import money
from customers.models import Customer
from customers.orders.models import Rollup
from customers.panels import HEAD, Panel, register
from segments.facts import zone
from segments.scoring import cycles, lifecycle, policies, report
from segments.scoring.groups import ACTIONS, TONES
from segments.scoring.models import Group, Score, ScoringRun, Stage

# Groups and stages of those who are leaving, and of those who may.
HIGH = {Group.RISK, Group.CANNOT_LOSE, Stage.RISK, Stage.DORMANT, Stage.LOST}
SOME = {Group.ATTENTION, Group.SLEEPING, Group.HIBERNATING}


@dataclass(frozen=True)
class Dimension:
    label: str
    score: int
    value: str
    band: str


def register_all() -> None:
    register(
        Panel(
            "standing",
            gettext_lazy("Stage"),
            "scoring/_standing.html",
            standing,
            needs=("score", "view"),
            order=20,
            place=HEAD,
            related=("score",),
        )
    )
    register(
        Panel("rfm", gettext_lazy("RFM"), "scoring/_panel.html", load, needs=("score", "view"), order=20)
    )


def standing(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    """Read from the score that came with the customer: no query."""
    score = getattr(customer, "score", None)
    return {"stage": score.stage if score else Stage.PROSPECT}


def risk(customer: Customer) -> Mapping[str, Any]:
    """How likely the customer is to leave, by the rule that put them where they are."""
    score = getattr(customer, "score", None)
    if score is None:
        return {}
    marks = {score.group, score.stage}
    tone = "bad" if marks & HIGH else "warn" if marks & SOME else "ok"
    words = {
        "bad": pgettext("risk", "High"),
        "warn": pgettext("risk", "Medium"),
        "ok": pgettext("risk", "Low"),
    }
    return {"risk": words[tone], "tone": tone, "tip": ACTIONS[score.group]}


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    score = (
        Score.objects.visible_to(request.user)
        .select_related("customer__rollup")
        .filter(customer=customer)
        .first()
    )
    run = ScoringRun.objects.visible_to(request.user).done().order_by("-as_of").first()
    if score is None or run is None:
        why = lifecycle.reason(Stage.PROSPECT, policies.of(run))
        return {"score": None, "was_scored": run is not None, "why": why}
    cycle = cycles.of_customer(customer.pk, run.params.get("cycles", {}), run.as_of)
    rules = policies.of(run)
    return {
        "score": score,
        "run": run,
        "dimensions": _dimensions(score, score.customer.rollup, run),
        "tone": TONES[score.group],
        "action": ACTIONS[score.group],
        "why": lifecycle.reason(score.stage, rules.in_cycle(cycle.days) if cycle else rules),
        "cycle": cycle,
    }


def _dimensions(score: Score, rollup: Rollup, run: ScoringRun) -> list[Dimension]:
    bands = {band.score: band for band in report.bands(run.cutoffs)}
    last = rollup.last_order_at
    since = max(0, (run.as_of.astimezone(zone()).date() - last.astimezone(zone()).date()).days) if last else 0
    return [
        Dimension(
            _("Recency"),
            score.recency,
            ngettext("last order %(days)d day before", "last order %(days)d days before", since)
            % {"days": since},
            bands[score.recency].recency,
        ),
        Dimension(
            _("Frequency"),
            score.frequency,
            ngettext("orders on %(days)d day", "orders on %(days)d days", rollup.days)
            % {"days": rollup.days},
            bands[score.frequency].frequency,
        ),
        Dimension(
            _("Money"),
            score.monetary,
            money(rollup.total, settings.DEFAULT_CURRENCY),
            bands[score.monetary].monetary,
        ),
    ]
