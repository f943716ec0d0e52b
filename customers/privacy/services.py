"""What people ask of privacy: take a request, answer it, restrict, erase."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import BadInput, Refused
from customers.models import Customer
from customers.privacy import finishing, tasks, wording
from customers.privacy.models import Erasure, Protection, RetentionRule, SubjectRequest
from customers.retention import Kind
from customers.timeline import services as timeline

Status = SubjectRequest.Status


@transaction.atomic
def take_request(customer: Customer, fields: Mapping[str, Any], *, by: User | None) -> SubjectRequest:
    """Notes what somebody asks for, with the day until which the law wants an answer."""
    _refuse_erased(customer)
    made = SubjectRequest(customer=customer, created_by=by, **fields)
    made.due_on = wording.due_on(made.law, timezone.localdate(made.received_at))
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("This customer already has an open request of this kind.")) from None
    timeline.record(
        customer,
        "privacy.requested",
        summary="",
        by=by,
        source="privacy request",
        source_id=str(made.pk),
    )
    audit.record("privacy.requested", customer, by=by, request=made.pk, kind=made.kind, law=made.law)
    return made


@transaction.atomic
def answer(request: SubjectRequest, status: str, words: str, *, by: User) -> None:
    """Closes a request as done or refused; a refusal says why."""
    if status == Status.REFUSED and not words.strip():
        raise BadInput(_("A refusal needs its reason."))
    finishing.close(SubjectRequest.objects.filter(pk=request.pk), status, words, by=by)


@transaction.atomic
def note_copy(request: SubjectRequest, *, by: User) -> None:
    """Every copy that leaves the house is on record."""
    SubjectRequest.objects.filter(pk=request.pk).update(copied_at=timezone.now())
    audit.record("privacy.copied", request.customer, by=by, request=request.pk)


@transaction.atomic
def restrict(customer: Customer, *, on: bool, by: User | None) -> None:
    """Restricted, the data is kept but nothing is sent to the customer any more."""
    _refuse_erased(customer)
    Customer.objects.select_for_update().get(pk=customer.pk)
    held = Protection.objects.filter(customer=customer)
    if held.exists() == on:
        raise Refused(_("This is already so."))
    if on:
        Protection.objects.create(customer=customer, restricted_at=timezone.now())
    else:
        held.delete()
    what = "privacy.restricted" if on else "privacy.released"
    timeline.record(customer, what, summary="", by=by)
    audit.record(what, customer, by=by)


@transaction.atomic
def ask_erasure(customer: Customer, typed: str, why: str, *, by: User) -> Erasure:
    """Erases at once, or waits for a second person where the company wants two. `typed` is the name."""
    _refuse_erased(customer)
    if typed.strip() != customer.name:
        raise BadInput(_("The name you typed is not that of this customer."))
    try:
        with transaction.atomic():
            asked = Erasure.objects.create(customer=customer, asked_by=by, why=why)
    except IntegrityError:
        raise Refused(_("Somebody has already asked to erase this customer.")) from None
    audit.record("privacy.erasure_asked", customer, by=by, why=why)
    if not settings.ERASURE_NEEDS_TWO:
        _carry_out(asked, by=by)
    return asked


@transaction.atomic
def approve_erasure(customer: Customer, *, by: User) -> None:
    """The second person's yes."""
    asked = Erasure.objects.waiting().select_for_update().filter(customer=customer).first()
    if asked is None:
        raise Refused(_("Nobody has asked to erase this customer."))
    if asked.asked_by_id == by.pk:
        raise Refused(_("Somebody else must approve what you asked for."))
    Erasure.objects.filter(pk=asked.pk).update(approved_by=by)
    _carry_out(asked, by=by)


@transaction.atomic
def cancel_erasure(customer: Customer, *, by: User) -> None:
    if not Erasure.objects.waiting().filter(customer=customer).update(cancelled_at=timezone.now()):
        raise Refused(_("Nobody has asked to erase this customer."))
    audit.record("privacy.erasure_cancelled", customer, by=by)


@transaction.atomic
def set_rule(kind: Kind, days: int, *, on: bool, by: User) -> None:
    RetentionRule.objects.update_or_create(
        kind=kind.key, defaults={"days": days, "is_on": on, "changed_by": by}
    )
    audit.record("retention.changed", None, by=by, kind=kind.key, days=days, on=on)


def _carry_out(asked: Erasure, *, by: User) -> None:
    finishing.carry_out(asked, by=by)
    transaction.on_commit(partial(tasks.finish.delay, asked.pk))


def _refuse_erased(customer: Customer) -> None:
    if Protection.objects.filter(customer=customer).exclude(erased_at=None).exists():
        raise Refused(_("This customer was erased. There is nothing left."))
