"""Facts about the person or organisation itself."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from customers.models import Customer
from segments.facts import ALWAYS_FILLED, Build, Fact, Group, Kind, Test, Text, column, moment, register

# Suggestions come from the newest customers: reading them all would cost more than the suggestion is worth.
NEWEST, MOST_SUGGESTIONS = 5000, 50


def register_all() -> None:
    for key, label, kind, build, more in _facts():
        register(Fact(f"profile.{key}", label, Group.PROFILE, kind, build, **more))


def _facts() -> Sequence[tuple[str, Text, Kind, Build, dict[str, Any]]]:
    return (
        ("name", pgettext_lazy("customer", "Name"), Kind.TEXT, column("name"), {"without": ALWAYS_FILLED}),
        ("kind", _("Kind"), Kind.CHOICE, column("kind"), _of(Customer.Kind.choices, ALWAYS_FILLED)),
        ("company", _("Company"), Kind.TEXT, column("company"), {}),
        ("job_title", _("Job title"), Kind.TEXT, column("job_title"), {}),
        ("city", _("City"), Kind.TEXT, column("city"), {"suggest": _used("city")}),
        ("province", _("Province"), Kind.TEXT, column("province"), {"suggest": _used("province")}),
        ("country", _("Country"), Kind.TEXT, column("country"), {"suggest": _used("country")}),
        ("gender", _("Gender"), Kind.CHOICE, column("gender"), _of(Customer.Gender.choices)),
        ("birthday", _("Birthday"), Kind.ANNIVERSARY, _birthday_ahead, {}),
        ("birth_month", _("Month of birth"), Kind.CHOICE, _birth_month, _of(_months(), ALWAYS_FILLED)),
        ("age", _("Age"), Kind.NUMBER, _age, {}),
        ("tags", _("Tags"), Kind.TAGS, _tags, {"suggest": _used_tags}),
        ("language", _("Language"), Kind.CHOICE, column("language"), _of(settings.LANGUAGES)),
        ("source", _("Came from"), Kind.TEXT, column("source"), {"suggest": _used("source")}),
        ("owner", _("Owner"), Kind.RECORD, _record("owner"), {"choices": _colleagues}),
        ("team", _("Team"), Kind.RECORD, _record("team"), {"choices": _teams}),
        ("has_email", _("Has an e-mail address"), Kind.FLAG, _has("email"), {}),
        ("has_phone", _("Has a phone number"), Kind.FLAG, _has("phone"), {}),
        ("created", _("Customer since"), Kind.DATE, moment("created_at"), {"without": ALWAYS_FILLED}),
        ("touched", _("Last activity"), Kind.DATE, moment("touched_at"), {"without": ALWAYS_FILLED}),
    )


def _of(choices: Sequence[tuple[Any, Text]], without: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {"choices": lambda: choices, "without": without}


def _months() -> list[tuple[str, Text]]:
    return [(str(number), name) for number, name in MONTHS.items()]


def _has(path: str) -> Build:
    return lambda test: ~Q(**{path: ""})


def _record(path: str) -> Build:
    def build(test: Test) -> Q:
        filled = Q(**{f"{path}__isnull": False})
        return filled if test.operator == "filled" else filled & Q(**{f"{path}__in": test.value})

    return build


def _tags(test: Test) -> Q:
    lookup = {"any_of": "overlap", "all_of": "contains"}[test.operator]
    # The index on tags leaves customers without any out; saying so lets PostgreSQL use it.
    return ~Q(tags=[]) & Q(**{f"tags__{lookup}": list(test.value)})


def _age(test: Test) -> Q:
    """Ages as ranges of birthdays. Who was born on 29 February grows older on 1 March of other years."""
    low, high = test.value if test.operator == "between" else (test.value, test.value)
    at_least = Q(birthday__lte=_years_before(test.today, low))
    at_most = Q(birthday__gt=_years_before(test.today, high + 1))
    both = at_least & at_most
    parts = {"at_least": at_least, "at_most": at_most, "is": both, "between": both}
    return Q(birthday__isnull=False) & parts[test.operator]


def _years_before(day: date, years: int) -> date:
    year = min(max(day.year - years, date.min.year), date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _birth_month(test: Test) -> Q:
    return Q(birthday__isnull=False) & Q(birthday__month__in=[int(month) for month in test.value])


def _birthday_ahead(test: Test) -> Q:
    """Birthdays from today on; 29 February is kept on the 28th in other years."""
    days: dict[int, set[int]] = {}
    for ahead in range(min(test.value, 366) + 1):
        day = test.today + timedelta(days=ahead)
        days.setdefault(day.month, set()).add(day.day)
        if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).day == 1:
            days[2].add(29)
    parts = [Q(birthday__month=month, birthday__day__in=sorted(found)) for month, found in days.items()]
    return Q(birthday__isnull=False) & reduce(or_, parts)


def _used(path: str) -> Callable[[User], Sequence[str]]:
    def suggest(user: User) -> Sequence[str]:
        newest = Customer.objects.visible_to(user).order_by("-pk").values_list(path, flat=True)[:NEWEST]
        return sorted({value for value in newest if value})[:MOST_SUGGESTIONS]

    return suggest


def _used_tags(user: User) -> Sequence[str]:
    newest = Customer.objects.visible_to(user).order_by("-pk").values_list("tags", flat=True)[:NEWEST]
    return sorted({tag for tags in newest for tag in tags})[:MOST_SUGGESTIONS]


def _colleagues() -> Sequence[tuple[int, str]]:
    return list(User.objects.filter(is_active=True).order_by("name").values_list("pk", "name"))


def _teams() -> Sequence[tuple[int, str]]:
    return list(Team.objects.values_list("pk", "name"))
