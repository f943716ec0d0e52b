"""What scoring adds to the customer list: two columns, and the filters to which the RFM page leads."""

from collections.abc import Callable, Sequence

from django.db.models import Choices, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.lib.labels import label
from crm.lib.templatetags import ui
from customers.columns import Column, ListFilter, register, register_filter
from customers.models import Customer, CustomerQuerySet
from segments.scoring.facts import prospects
from segments.scoring.groups import TONES
from segments.scoring.models import Group, Stage

VIEW = ("score", "view")


def register_all() -> None:
    register(Column("rfm", _("RFM"), rfm, related=("score",), needs=VIEW, order=40, is_badge=True))
    register(
        Column(
            "group",
            pgettext_lazy("rfm", "Group"),
            group,
            related=("score",),
            needs=VIEW,
            order=41,
            is_badge=True,
        )
    )
    register_filter(_filter("group", pgettext_lazy("rfm", "Group"), "shapes", _choices(Group), _in_group))
    register_filter(_filter("stage", _("Stage"), "milestone", _choices(Stage), in_stage))
    register_filter(_filter("r", _("Recency"), "clock", _scores, _with_score("recency")))
    register_filter(_filter("f", _("Frequency"), "repeat", _scores, _with_score("frequency")))


def rfm(customer: Customer) -> str:
    score = getattr(customer, "score", None)
    return ui.rfm(score.recency, score.frequency, score.monetary) if score else ui.rfm(None, None, None)


def group(customer: Customer) -> str:
    score = getattr(customer, "score", None)
    if score is None:
        return ui.badge(label("stage", Stage.PROSPECT), 6)
    return ui.badge(label("group", score.group), TONES[score.group])


def in_stage(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    scored = [value for value in values if value != Stage.PROSPECT]
    return rows.filter(Q(score__stage__in=scored) | prospects(values))


def _in_group(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    return rows.filter(score__group__in=values)


def _with_score(dimension: str) -> Callable[[CustomerQuerySet, list[str]], CustomerQuerySet]:
    def apply(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
        return rows.filter(**{f"score__{dimension}__in": [int(value) for value in values]})

    return apply


def _filter(
    key: str,
    name: str | Promise,
    icon: str,
    choices: Callable[[User], Sequence[tuple[str, str]]],
    apply: Callable[[CustomerQuerySet, list[str]], CustomerQuerySet],
) -> ListFilter:
    return ListFilter(key, name, icon, choices, apply, needs=VIEW, order=40)


def _choices(choices: type[Choices]) -> Callable[[User], Sequence[tuple[str, str]]]:
    return lambda user: [(str(value), str(text)) for value, text in choices.choices]


def _scores(user: User) -> Sequence[tuple[str, str]]:
    return [(str(score), str(score)) for score in (5, 4, 3, 2, 1)]
