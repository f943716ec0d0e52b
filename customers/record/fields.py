"""The fields whose changes are kept: how a value is stored, read out, shown, and put back.

Features with fields of their own (such as the ones a company defines) register a family of them in
`AppConfig.ready()`: all fields whose name begins with the family's, as in "own.12".

    fields.register_family("own", Family(label, show, restore))
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from django.db.models import Field, ForeignKey, Model
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from crm.accounts.models import Team, User
from crm.lib.errors import Refused
from crm.lib.templatetags.ui import mask_email, mask_phone
from customers.models import Customer
from customers.timeline.models import Entry

DELETED = "deleted_at"
# What a colleague may write. `source` is no fact about a customer but where we have it from.
WRITTEN = (
    *("kind", "name", "organisation", "company", "job_title", "phone", "email", "gender"),
    *(
        "birthday",
        "birthday_is_lunar",
        "country",
        "province",
        "city",
        "address",
        "postcode",
        "language",
        "preferred_channel",
    ),
    *("quiet_from", "quiet_until", "tags", "owner", "team", "restricted"),
)
KEPT = (*WRITTEN, DELETED)
# Who looks after a customer: only for those who may hand one over.
HANDED_OVER = ("owner", "team", "restricted")
NULLABLE = ("organisation", "birthday", "quiet_from", "quiet_until", "owner", "team", DELETED)
HOURS = ("quiet_from", "quiet_until")
RELATIONS: dict[str, type[Model]] = {"organisation": Customer, "owner": User, "team": Team}
MASKS: dict[str, Callable[[str], str]] = {"phone": mask_phone, "email": mask_email}
Names = Mapping[tuple[str, int], str]


@dataclass(frozen=True)
class Family:
    """`label(field)` and `show(field, stored)` are for people, in their language. `current(customer, field)`
    is the stored form of what holds now; `restore(customer, {field: stored}, by)` puts values back and
    records that."""

    label: Callable[[str], str]
    show: Callable[[str, Any], str]
    current: Callable[[Customer, str], Any]
    restore: Callable[[Customer, Mapping[str, Any], User], None]


_families: dict[str, Family] = {}


def register_family(prefix: str, family: Family) -> None:
    _families[prefix] = family


def family_of(name: str) -> Family | None:
    return _families.get(name.partition(".")[0]) if "." in name else None


def dump(value: Any) -> Any:
    """A value as a row of the history keeps it, in JSON."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | bool | list | None) else str(value)


def load(name: str, stored: Any) -> Any:
    """The value that `dump` made. Raises Refused for what has been deleted or erased since."""
    if stored is None:
        if name not in NULLABLE:
            raise Refused(_("What stood there before was erased."))
        return None
    if name in RELATIONS:
        found = RELATIONS[name]._default_manager.filter(pk=stored).first()
        if found is None:
            raise Refused(_("What stood there before no longer exists."))
        return found
    if name == "birthday":
        return parse_date(stored)
    return parse_datetime(stored) if name == DELETED else stored


def current(customer: Customer, name: str) -> Any:
    """The stored form of what a field holds now."""
    if family := family_of(name):
        return family.current(customer, name)
    return dump(getattr(customer, f"{name}_id" if name in RELATIONS else name))


def label(name: str) -> str | Promise:
    if family := family_of(name):
        return family.label(name)
    found = _column(name)
    return capfirst(str(found.verbose_name)) if found else name


def names_of(values: Collection[tuple[str, Any]], user: User) -> Names:
    """The names of the rows that stored values refer to, as far as `user` may see those."""
    asked: dict[str, set[int]] = {}
    for name, stored in values:
        if name in RELATIONS and stored is not None:
            asked.setdefault(name, set()).add(int(stored))
    found: dict[tuple[str, int], str] = {}
    for name, keys in asked.items():
        rows = (
            Customer.objects.visible_to(user) if name == "organisation" else RELATIONS[name]._default_manager
        )
        found |= {(name, row.pk): str(row) for row in rows.filter(pk__in=keys).only("pk", "name")}
    return found


def show(name: str, stored: Any, names: Names) -> str:
    """A stored value as people read it: contacts masked, choices and rows by their names."""
    if family := family_of(name):
        return family.show(name, stored)
    if stored is None or stored == "" or stored == []:
        return ""
    if name in RELATIONS:
        return names.get((name, stored)) or _("(no longer there, or not yours to see)")
    if name in MASKS:
        return MASKS[name](stored)
    if isinstance(stored, bool):
        return _show_flag(name, stored=stored)
    if isinstance(stored, list):
        return ", ".join(stored)
    return _show_column(name, stored)


def _show_flag(name: str, *, stored: bool) -> str:
    if name == "birthday_is_lunar":
        return _("by the lunar calendar") if stored else ""
    return _("Yes") if stored else _("No")


def _show_column(name: str, stored: Any) -> str:
    if name in HOURS:
        return f"{stored:02}:00"
    if name == DELETED:
        return str(stored)[:16].replace("T", " ")
    if name == "country":
        return country_name(str(stored))
    if name == "preferred_channel":
        return str(dict(Entry.Channel.choices).get(stored, stored))
    found = _column(name)
    return str(dict(found.flatchoices).get(stored, stored)) if found else str(stored)


def country_name(code: str) -> str:
    """In the reader's language; a code that is none stays as it is."""
    return _countries(get_language() or "en").get(code, code)


@lru_cache(maxsize=8)
def _countries(language: str) -> Mapping[str, str]:
    return dict(Locale.parse(to_locale(language)).territories)


def _column(name: str) -> "Field[Any, Any] | ForeignKey[Any, Any] | None":
    return next((one for one in Customer._meta.concrete_fields if one.name == name), None)
