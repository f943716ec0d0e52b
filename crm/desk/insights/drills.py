"""The customers behind a figure: a filter of the customer list whose values only links of these pages bring.

A value is a name and what it asks for, such as "cohort.2026-03.2". Nothing in it becomes part of a statement
except as a parameter, and the list shows only whom its reader may see.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.desk.insights import standard_drills
from crm.desk.insights.ground import Ground, positional
from crm.lib.errors import BadInput
from customers import columns
from customers.columns import ListFilter
from customers.models import CustomerQuerySet

KEY = "insight"
MOST = 5
MONTH, NUMBER, WORD = re.compile(r"\d{4}-\d{2}"), re.compile(r"\d{1,9}"), re.compile(r"[A-Za-z_-]{1,200}")


@dataclass(frozen=True)
class Drill:
    """`takes` are the forms of its parts, of which the first `least` must be there."""

    takes: tuple[re.Pattern[str], ...]
    least: int
    told: Callable[..., str]
    where: Callable[..., tuple[str, dict[str, Any]]]


_drills: dict[str, Drill] = {}


def register_filter() -> None:
    for name, takes, least in (
        ("cohort", (MONTH, NUMBER), 1),
        ("lapsed", (MONTH, NUMBER), 2),
        ("again", (NUMBER,), 1),
        ("bought", (NUMBER,), 1),
        ("month", (MONTH,), 1),
        ("touched", (NUMBER, WORD), 1),
        ("rated", (NUMBER,), 1),
        ("ratedin", (MONTH,), 1),
        ("amount", (NUMBER, NUMBER), 1),
        ("place", (WORD,), 1),
        ("funnel", (WORD, WORD), 1),
        ("product", (NUMBER,), 1),
        ("category", (NUMBER,), 1),
        ("path", (WORD,), 1),
        ("touchedway", (WORD,), 1),
    ):
        told, where = getattr(standard_drills, f"tell_{name}"), getattr(standard_drills, f"find_{name}")
        _drills[name] = Drill(takes, least, told, where)
    columns.register_filter(
        ListFilter(
            KEY,
            gettext_lazy("Behind a figure"),
            "chart-spline",
            lambda user: (),
            lambda rows, values: rows.none(),
            needs=("insight", "view"),
            order=90,
            is_open=True,
            told=lambda value, user: tell(value),
            narrow=narrow,
        )
    )


def link(name: str, *parts: Any) -> str:
    """The customers behind a figure, in the customer list."""
    value = ".".join([name, *(str(part) for part in parts if part is not None)])
    return f"{reverse('customers:list')}?{urlencode({KEY: value})}"


def by_rule(*conditions: tuple[str, str, Any]) -> str:
    """The same where conditions of the list say it: each a fact, an operator and a value."""
    rules = [{"fact": fact, "op": operator, "value": value} for fact, operator, value in conditions]
    rule = {"match": "all", "rules": rules}
    text = json.dumps(rule, ensure_ascii=False, separators=(",", ":"))
    return f"{reverse('customers:list')}?{urlencode({'rule': text})}"


def tell(value: str) -> str:
    drill, parts = _read(value)
    return drill.told(*parts)


def narrow(rows: CustomerQuerySet, values: Sequence[str], user: User) -> CustomerQuerySet:
    if len(values) > MOST:
        raise BadInput(_("The list cannot be narrowed to this."))
    # The list itself holds only whom its reader may see.
    ground = Ground(timezone.now(), "TRUE")
    found = []
    for value in values:
        drill, parts = _read(value)
        sql, asked = drill.where(ground, *parts)
        found.append(Q(pk__in=RawSQL(*positional(sql, ground.values | asked))))  # noqa: S611 - all parameters
    return rows.filter(reduce(or_, found))


def _read(value: str) -> tuple[Drill, list[Any]]:
    name, *parts = value.split(".")
    drill = _drills.get(name)
    if drill is None or not drill.least <= len(parts) <= len(drill.takes):
        raise BadInput(_("The list cannot be narrowed to this."))
    return drill, [_part(form, part) for form, part in zip(drill.takes, parts, strict=False)]


def _part(form: re.Pattern[str], part: str) -> Any:
    if not form.fullmatch(part):
        raise BadInput(_("The list cannot be narrowed to this."))
    if form is WORD:
        return part
    if form is NUMBER:
        return int(part)
    try:
        return date.fromisoformat(f"{part}-01")
    except ValueError:
        raise BadInput(_("The list cannot be narrowed to this.")) from None
