"""Data quality as facts. Customers who were not assessed yet match none."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.quality import rules
from segments.facts import ALWAYS_FILLED, Fact, Group, Kind, Test, Text, column, register

SCORES: tuple[tuple[str, Text], ...] = (
    ("score", _("Data quality")),
    ("completeness", _("Completeness of the data")),
    ("accuracy", _("Accuracy of the data")),
    ("timeliness", _("Timeliness of the data")),
)


def register_all() -> None:
    for key, label in SCORES:
        register(Fact(f"quality.{key}", label, Group.PROFILE, Kind.NUMBER, column(f"quality__{key}")))
    register(
        Fact(
            "quality.problem",
            _("Problem with the data"),
            Group.PROFILE,
            Kind.CHOICE,
            _has_problem,
            choices=lambda: [(rule.code, rule.label) for rule in rules.all_rules()],
            without=ALWAYS_FILLED,
        )
    )


def _has_problem(test: Test) -> Q:
    return Q(quality__problems__isnull=False) & Q(quality__problems__overlap=list(test.value))
