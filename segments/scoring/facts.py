"""Scores as facts. Customers without a purchase have no scores: they match none, and are prospects."""

from collections.abc import Callable, Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from segments.facts import ALWAYS_FILLED, Fact, Group, Kind, Test, Text, column, moment, register
from segments.scoring import models


def register_all() -> None:
    scores: tuple[tuple[str, Text], ...] = (
        ("recency", pgettext_lazy("score", "Recency score")),
        ("frequency", pgettext_lazy("score", "Frequency score")),
        ("monetary", pgettext_lazy("score", "Money score")),
    )
    for key, label in scores:
        register(Fact(f"scores.{key}", label, Group.SCORES, Kind.SCORE, column(f"score__{key}")))
    register(
        Fact(
            "scores.group",
            _("RFM group"),
            Group.SCORES,
            Kind.CHOICE,
            column("score__group"),
            choices=lambda: models.Group.choices,
            without=ALWAYS_FILLED,
        )
    )
    register(
        Fact(
            "scores.stage",
            _("Lifecycle stage"),
            Group.SCORES,
            Kind.CHOICE,
            _stage,
            choices=lambda: models.Stage.choices,
            without=ALWAYS_FILLED,
        )
    )
    _register_moves()


def _register_moves() -> None:
    register(
        Fact(
            "scores.since",
            _("In this RFM group since"),
            Group.SCORES,
            Kind.DATE,
            moment("score__since"),
            without=ALWAYS_FILLED,
        )
    )
    register(
        Fact(
            "scores.stage_since",
            _("In this lifecycle stage since"),
            Group.SCORES,
            Kind.DATE,
            moment("score__stage_since"),
            without=ALWAYS_FILLED,
        )
    )
    before: tuple[tuple[str, Text, Callable[[], Sequence[tuple[str, Text]]]], ...] = (
        ("previous_group", _("RFM group before"), lambda: models.Group.choices),
        ("previous_stage", _("Lifecycle stage before"), lambda: models.Stage.choices),
    )
    for key, label, choices in before:
        register(
            Fact(f"scores.{key}", label, Group.SCORES, Kind.CHOICE, column(f"score__{key}"), choices=choices)
        )


def _stage(test: Test) -> Q:
    return Q(score__stage__isnull=False) & Q(score__stage__in=test.value) | prospects(test.value)


def prospects(stages: Sequence[str]) -> Q:
    """Who bought nothing, where that is among `stages`. The rollup says so: scores are as old as the run."""
    if models.Stage.PROSPECT not in stages:
        return Q(pk__in=[])
    return Q(rollup__orders__isnull=False, rollup__orders=0)
