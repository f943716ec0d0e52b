"""Adding, verifying, detaching and attaching handles of a customer. What a source said is never deleted."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import services as customers
from customers.identity.indexing import index
from customers.identity.models import Identity, IdentityQuerySet, Profile
from customers.identity.stating import MANUAL
from customers.models import Customer
from customers.record.models import Change
from customers.timeline import services as timeline


@transaction.atomic
def add(customer: Customer, kind: str, value: str, *, scope: str = "", by: User) -> Identity:
    """A colleague's word for a further handle. Who has it already keeps it."""
    held = _locked(customer)
    if _same(held, kind, scope, value).attached().exists():
        raise Refused(_("This customer already has this handle."))
    profile, _made = Profile.objects.get_or_create(
        source=MANUAL, source_key=f"{held.pk}:more", defaults={"customer": held}
    )
    try:
        with transaction.atomic():
            identity, _made = Identity.objects.update_or_create(
                profile=profile,
                kind=kind,
                scope=scope,
                value=value,
                defaults={"source": MANUAL, "last_seen_at": timezone.now(), "detached_at": None},
            )
    except IntegrityError:
        raise Refused(_("This handle belongs to another customer.")) from None
    _done(held, identity, "added", by=by)
    return identity


@transaction.atomic
def verify(identity: Identity, *, by: User) -> None:
    """Somebody made sure: it answered, or the customer showed it."""
    held = _locked(identity.profile.customer)
    rows = _same(held, identity.kind, identity.scope, identity.value).attached()
    if not rows.filter(verified_at=None).update(verified_at=timezone.now(), confidence=100):
        raise Refused(_("This handle is already verified."))
    _done(held, identity, "verified", by=by)


@transaction.atomic
def detach(identity: Identity, *, by: User) -> None:
    """It no longer counts as theirs, whoever said so. The sources keep their word, so it can be undone."""
    held = _locked(identity.profile.customer)
    rows = _same(held, identity.kind, identity.scope, identity.value).attached()
    if not rows.update(detached_at=timezone.now()):
        raise Refused(_("This handle was already detached."))
    if identity.kind in customers.HANDLES and getattr(held, identity.kind) == identity.value:
        _show(held, identity.kind, _next(held, identity.kind), by=by)
    _done(held, identity, "detached", by=by)


@transaction.atomic
def attach(identity: Identity, *, by: User) -> None:
    held = _locked(identity.profile.customer)
    rows = _same(held, identity.kind, identity.scope, identity.value)
    try:
        with transaction.atomic():
            # One of them at least: of what is theirs alone there is only one at a time.
            chosen = rows if identity.kind in Identity.SHARED else rows.filter(pk=identity.pk)
            found = chosen.exclude(detached_at=None).update(detached_at=None)
    except IntegrityError:
        raise Refused(_("This handle belongs to another customer by now.")) from None
    if not found:
        raise Refused(_("This handle is attached already."))
    if identity.kind in customers.HANDLES and _stood_first(held, identity):
        _show(held, identity.kind, identity.value, by=by)
    _done(held, identity, "attached", by=by)


def reveal(identity: Identity, *, by: User) -> str:
    """The whole handle. The look is logged and counted like every other."""
    customers.look(
        identity.profile.customer, by=by, field="identity", kind=identity.kind, identity=identity.pk
    )
    return identity.value


def _stood_first(customer: Customer, identity: Identity) -> bool:
    """Whether it was what the customer's page showed until it was detached, and nobody changed that since."""
    last = Change.objects.filter(customer=customer, field=identity.kind).order_by("-version").first()
    return last is not None and last.old == identity.value and last.new == getattr(customer, identity.kind)


def _same(customer: Customer, kind: str, scope: str, value: str) -> IdentityQuerySet:
    return Identity.objects.filter(profile__customer=customer, kind=kind, scope=scope, value=value)


def _next(customer: Customer, kind: str) -> str:
    """What is shown first from now on: a verified one, else the one seen last."""
    left = Identity.objects.attached().filter(profile__customer=customer, kind=kind)
    best = left.order_by(F("verified_at").desc(nulls_last=True), "-last_seen_at").first()
    return best.value if best else ""


def _show(customer: Customer, kind: str, value: str, *, by: User) -> None:
    customers.update(customer, {kind: value}, version=customer.version, by=by)


def _locked(customer: Customer) -> Customer:
    locked = Customer.objects.present().select_for_update().filter(pk=customer.pk).first()
    if locked is None:
        raise Refused(_("This customer was deleted meanwhile."))
    return locked


def _done(customer: Customer, identity: Identity, what: str, *, by: User) -> None:
    label = Identity.Kind(identity.kind).label
    timeline.record(customer, f"identity.{what}", summary=str(label), by=by, identity=identity.pk)
    audit.record(f"identity.{what}", identity, by=by, customer=customer.pk, kind=identity.kind)
    index([customer.pk])
