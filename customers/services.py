"""What people ask for: create, change, hand over, tag, note, reveal and remove customers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.accounts.models import Team, User
from crm.accounts.policy import Scope
from crm.audit import services as audit
from crm.audit.models import AuditEntry
from crm.lib.errors import BadInput, Refused
from crm.lib.templatetags.ui import mask_email, mask_phone
from customers.identity import stating
from customers.identity.indexing import index
from customers.matching import queue
from customers.models import Customer, CustomerQuerySet
from customers.orders.models import Rollup
from customers.record import recording
from customers.record.clashes import Clash, clashes
from customers.record.fields import DELETED
from customers.record.models import Change
from customers.timeline import services as timeline

REVEALS_A_DAY = 50
REVEALED = "customer.revealed"
# Fields whose values may stand in the audit log; of all others it only says that they changed.
IMPERSONAL = (
    *("kind", "owner", "team", "restricted", "tags", "language", "preferred_channel"),
    *("quiet_from", "quiet_until"),
)
# What a colleague's word about a customer consists of.
HANDLES = ("phone", "email")


class EditedMeanwhile(Refused):
    """Somebody else changed the same fields after the form was opened."""

    def __init__(self, found: list[Clash]) -> None:
        super().__init__(_("Somebody else changed this customer while you were editing."))
        self.clashes = found


@transaction.atomic
def create(fields: Mapping[str, Any], *, by: User | None, source: str = Change.Source.FORM) -> Customer:
    """`source` API says that the caller keeps what was said, under the other program's name. Nobody (`by`)
    makes those who write to us first."""
    customer = Customer(**fields)
    if by and customer.owner is None and by.scope("customer", "view") < Scope.ALL:
        # Who may not see everybody would lose sight of their own customer.
        customer.owner = by
    if customer.team is None and (maker := customer.owner or by):
        customer.team = team_of(maker)
    customer.save(force_insert=True)
    Rollup.objects.create(customer=customer)
    if source != Change.Source.API:
        _keep_word(customer, fields)
    timeline.record(customer, "customer.created", summary="", by=by)
    audit.record("customer.created", customer, by=by)
    return customer


@transaction.atomic
def update(
    customer: Customer,
    fields: Mapping[str, Any],
    *,
    version: int,
    by: User | None,
    source: str = Change.Source.FORM,
) -> Customer:
    """Saves what differs. Raises EditedMeanwhile where somebody changed the same field since `version`."""
    current = Customer.objects.present().select_for_update().filter(pk=customer.pk).first()
    if current is None:
        raise Refused(_("This customer was deleted meanwhile."))
    changed = {name: value for name, value in fields.items() if getattr(current, name) != value}
    if not changed:
        return current
    if found := clashes(current, version, changed):
        raise EditedMeanwhile(found)
    old = {name: getattr(current, name) for name in changed}
    for name, value in changed.items():
        setattr(current, name, value)
    current.version += 1
    current.save(update_fields=[*changed, "version", "updated_at"])
    if source != Change.Source.API:
        _keep_word(current, changed)
    _tell_of(current, old, changed, by=by, source=source)
    return current


@transaction.atomic
def remove(customer: Customer, *, by: User) -> None:
    """Hides a customer everywhere. The facts stay until privacy rules erase them."""
    _set_deleted(Customer.objects.present().filter(pk=customer.pk), timezone.now(), by)
    timeline.record(customer, "customer.deleted", summary="", by=by)
    audit.record("customer.deleted", customer, by=by)


@transaction.atomic
def restore(customer: Customer, *, by: User | None) -> None:
    """Brings a deleted customer back with everything it had."""
    _set_deleted(Customer.objects.removed().filter(pk=customer.pk), None, by)
    timeline.record(customer, "customer.restored", summary="", by=by)
    audit.record("customer.restored", customer, by=by)


@transaction.atomic
def reveal(customer: Customer, field: str, *, by: User) -> str:
    """The full phone number or e-mail address. Each look is logged, and a day has only so many."""
    if field not in HANDLES:
        raise BadInput(_("There is nothing to reveal here."))
    look(customer, by=by, field=field)
    return str(getattr(customer, field))


@transaction.atomic
def look(customer: Customer, *, by: User, **what: Any) -> None:
    """Logs that somebody is shown something hidden. Refused when the day's looks are used up."""
    User.objects.select_for_update().get(pk=by.pk)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    looks = AuditEntry.objects.filter(actor=by, action=REVEALED, at__gte=midnight)
    if looks.count() >= REVEALS_A_DAY:
        raise Refused(
            ngettext(
                "You have looked at %(number)s hidden contact today. More is possible tomorrow.",
                "You have looked at %(number)s hidden contacts today. More is possible tomorrow.",
                REVEALS_A_DAY,
            )
            % {"number": REVEALS_A_DAY}
        )
    audit.record(REVEALED, customer, by=by, **what)


def team_of(user: User) -> Team | None:
    """The team that a customer of `user` belongs to."""
    return user.teams.order_by("pk").first()


def shown(name: str, value: Any) -> Any:
    """A value as the timeline keeps it: contacts masked, rows by their name."""
    if name == "phone":
        return mask_phone(value) if value else ""
    if name == "email":
        return mask_email(value) if value else ""
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else value if isinstance(value, bool) else str(value)


def _tell_of(
    customer: Customer, old: Mapping[str, Any], new: Mapping[str, Any], *, by: User | None, source: str
) -> None:
    """One save: rows in the history, one entry on the timeline, one in the audit log."""
    recording.record(customer, {name: (old[name], new[name]) for name in new}, by=by, source=source)
    timeline.record(
        customer,
        "customer.changed",
        summary="",
        by=by,
        source=recording.TELLER,
        source_id=recording.teller_key(customer.pk, customer.version),
        changes={name: [shown(name, old[name]), shown(name, new[name])] for name in new},
    )
    audit.record("customer.changed", customer, by=by, fields=sorted(new), **_impersonal(old, new))


def _set_deleted(rows: CustomerQuerySet, moment: datetime | None, by: User | None) -> None:
    customer = rows.select_for_update(of=("self",)).first()
    if customer is None:
        raise Refused(
            _("This customer was already deleted.") if moment else _("This customer is not deleted.")
        )
    old, customer.deleted_at = customer.deleted_at, moment
    customer.deleted_by = by if moment else None
    customer.version += 1
    customer.save(update_fields=["deleted_at", "deleted_by", "version"])
    recording.record(customer, {DELETED: (old, moment)}, by=by, source=Change.Source.FORM)
    queue.mark([customer.pk])


def _keep_word(customer: Customer, fields: Mapping[str, Any]) -> None:
    handles = {kind: fields[kind] for kind in HANDLES if kind in fields}
    stating.state(customer, handles, {name: shown_raw(value) for name, value in fields.items()})
    index([customer.pk])


def shown_raw(value: Any) -> Any:
    """A value as a profile keeps it: as it was said, in JSON."""
    return value if isinstance(value, str | bool | list | None) else str(value)


def _impersonal(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    told = [name for name in IMPERSONAL if name in new]
    return {
        side: {name: getattr(values[name], "pk", values[name]) for name in told}
        for side, values in (("old", old), ("new", new))
    }
