"""Predictions as facts. Customers who never bought have an engagement only, and match nothing else."""

from django.utils.translation import gettext_lazy as _

from segments.facts import Fact, Group, Kind, Text, column, register


def register_all() -> None:
    predicted: tuple[tuple[str, Text, Kind], ...] = (
        ("lapse_risk", _("Risk of leaving in percent"), Kind.NUMBER),
        ("value", _("Value of the next 12 months"), Kind.MONEY),
        ("expected_orders", _("Expected orders in 12 months"), Kind.DECIMAL),
        ("potential", _("Potential: expected above what was spent"), Kind.MONEY),
        ("engagement", _("Engagement from 0 to 100"), Kind.NUMBER),
    )
    for key, label, kind in predicted:
        # Forecasts are hardly ever round.
        without = {"filled", "empty"} | ({"is", "is_not"} if kind is not Kind.NUMBER else set())
        register(
            Fact(
                f"predictions.{key}",
                label,
                Group.SCORES,
                kind,
                column(f"prediction__{key}"),
                without=frozenset(without),
            )
        )
