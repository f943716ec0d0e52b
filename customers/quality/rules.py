"""What lowers a score, and by how much. Each rule is one condition in SQL; apps above add theirs:

    rules.register(Rule("dead_email", Dimension.ACCURACY, 40, _("Mail to the address comes back"), condition))

Completeness and accuracy begin at 100 and lose the points of each rule that holds. Timeliness falls evenly
from 100 to 0 between half a year and three years after the last sign of life.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import phonenumbers
from django.db import models
from django.db.models import BooleanField, F, Func, JSONField, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EMAIL = r"^[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]+@[^\s@<>()\[\],;:'\"\\.]+(\.[^\s@<>()\[\],;:'\"\\.]+)+$"
PHONE = r"^\+[1-9][0-9]{5,14}$"
NOBODY = r"^(test.*|测试.*|unknown|未知|无名|匿名|n/?a|none|null|x+|customer|客户|用户|[0-9]+|[^[:alnum:]]+)$"
OLDEST = 120
FRESH, STALE, DEAD = timedelta(days=182), timedelta(days=365), timedelta(days=1095)
# What each dimension counts for in the whole, in tenths.
SHARES = {"completeness": 5, "accuracy": 3, "timeliness": 2}

Condition = Callable[[date], Q | Combinable]


class Dimension(models.TextChoices):
    COMPLETENESS = "completeness", _("Completeness")
    ACCURACY = "accuracy", _("Accuracy")
    TIMELINESS = "timeliness", _("Timeliness")


@dataclass(frozen=True)
class Rule:
    """`points` are taken from the dimension when the condition holds."""

    code: str
    dimension: Dimension
    points: int
    label: str | Promise
    condition: Condition


_rules: dict[str, Rule] = {}


def register(rule: Rule) -> None:
    _rules[rule.code] = rule


def all_rules() -> list[Rule]:
    return list(_rules.values())


def find(code: str) -> Rule | None:
    return _rules.get(code)


def register_all() -> None:
    for code, points, label, field in (
        ("no_phone", 30, _("No phone number"), "phone"),
        ("no_email", 30, _("No e-mail address"), "email"),
        ("no_city", 15, _("No city"), "city"),
        ("no_address", 10, _("No street address"), "address"),
        ("no_language", 5, _("Language not known"), "language"),
    ):
        register(Rule(code, Dimension.COMPLETENESS, points, label, _is_empty(field)))
    person = Q(kind="person", birthday=None)
    register(Rule("no_birthday", Dimension.COMPLETENESS, 10, _("No birthday"), lambda today: person))
    for code, points, label, condition in (
        ("bad_email", 40, _("The e-mail address cannot be right"), _malformed("email", EMAIL)),
        ("bad_phone", 40, _("The phone number cannot be right"), _malformed("phone", PHONE)),
        ("odd_name", 30, _("The name is a placeholder"), lambda today: Q(name__iregex=NOBODY)),
        ("odd_birthday", 30, _("The birthday cannot be right"), _impossible_birthday),
        ("elsewhere", 15, _("Phone and address are in different countries"), _elsewhere),
    ):
        register(Rule(code, Dimension.ACCURACY, points, label, condition))
    register(Rule("stale", Dimension.TIMELINESS, 0, _("Nothing heard for more than a year"), _stale))


def _is_empty(field: str) -> Condition:
    return lambda today: Q(**{field: ""})


def _malformed(field: str, pattern: str) -> Condition:
    return lambda today: ~Q(**{field: ""}) & ~Q(**{f"{field}__regex": pattern})


def _impossible_birthday(today: date) -> Q:
    return Q(birthday__gt=today) | Q(birthday__lt=date(today.year - OLDEST, 1, 1))


def _stale(today: date) -> Q:
    return Q(sign_of_life__date__lt=today - STALE)


def _elsewhere(today: date) -> Q:
    code = Func(
        Cast(Value(dialling_codes()), JSONField()),
        F("country"),
        template="(%(expressions)s)",
        arg_joiner=" ->> ",
        output_field=models.TextField(),
    )
    at_home: Any = Func(F("phone"), code, function="starts_with", output_field=BooleanField())
    return Q(phone__startswith="+") & ~Q(country="") & ~Q(at_home)


@lru_cache(maxsize=1)
def dialling_codes() -> str:
    """Country → how its numbers begin, as JSON for the database."""
    table = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    return json.dumps({region: f"+{code}" for code, regions in table.items() for region in regions})
