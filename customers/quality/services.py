"""What people ask of data quality: assess everybody, ask a customer, decide about corrections."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import letters
from customers import services as customers
from customers.identity.models import Identity
from customers.models import Customer
from customers.privacy.models import Protection
from customers.quality import asking, running, tasks
from customers.quality.models import Assessment, Proposal, Refresh
from customers.record.models import Change
from customers.timeline import services as timeline

State, Status = Proposal.State, Refresh.Status
ANSWER_WITHIN = timedelta(days=30)
# Nobody is asked again before so much time has passed.
PAUSE = timedelta(days=90)
# How many customers one colleague may ask in a day.
ASKED_A_DAY = 200


@transaction.atomic
def start(*, by: User) -> Assessment:
    """Queues a look at everybody's data."""
    run = running.queue(by=by)
    if run is None:
        raise Refused(_("An assessment is already under way."))
    audit.record("quality.assessment_started", run, by=by)
    transaction.on_commit(partial(tasks.assess.delay, run.pk))
    return run


@transaction.atomic
def ask(customer: Customer, *, by: User) -> Refresh:
    """Sends the customer a link to a page where they look over their own data."""
    _refuse_pestering(customer, by)
    try:
        with transaction.atomic():
            asked = Refresh.objects.create(
                customer=customer, asked_by=by, expires_at=timezone.now() + ANSWER_WITHIN
            )
    except IntegrityError:
        raise Refused(_("This customer has already been asked and has not answered yet.")) from None
    letters.post(customer, asking.LETTER, about=asked.key, by=by)
    timeline.record(
        customer, "quality.asked", summary="", by=by, source="refresh request", source_id=str(asked.pk)
    )
    audit.record("quality.asked", customer, by=by)
    return asked


@transaction.atomic
def answer(asked: Refresh, said: Mapping[str, str]) -> list[Proposal]:
    """The customer's own word: corrections are kept as proposals, no correction confirms what we have."""
    now = timezone.now()
    here = Refresh.objects.open().filter(pk=asked.pk, expires_at__gt=now)
    if not here.update(status=Status.ANSWERED, answered_at=now):
        raise Refused(_("This page was already answered, or its time is over. Thank you!"))
    proposals = Proposal.objects.bulk_create(
        Proposal(
            refresh=asked,
            field=field,
            value=value,
            state=State.UNVERIFIED if field == "email" else State.WAITING,
        )
        for field, value in said.items()
    )
    timeline.record(asked.customer, "quality.answered", summary="", by=None)
    audit.record("quality.answered", asked.customer, by=None, fields=sorted(said))
    for one in proposals:
        _go_on(one)
    return proposals


@transaction.atomic
def verify(proposal: Proposal) -> None:
    """Whoever opened the link in the mail has the address."""
    now = timezone.now()
    here = Proposal.objects.filter(pk=proposal.pk, state=State.UNVERIFIED)
    if not here.update(state=State.WAITING, verified_at=now):
        return
    proposal.refresh_from_db()
    if settings.REFRESH_ACCEPTS_ITSELF:
        _accept(proposal, by=None)


@transaction.atomic
def decide(proposal: Proposal, *, accept: bool, by: User) -> None:
    if not Proposal.objects.waiting().select_for_update().filter(pk=proposal.pk).exists():
        raise Refused(_("Somebody has already decided about this correction."))
    if accept:
        _accept(proposal, by=by)
        return
    _close(proposal, State.REFUSED, by)
    audit.record("quality.refused", proposal.refresh.customer, by=by, field=proposal.field)


def _go_on(proposal: Proposal) -> None:
    if proposal.state == State.UNVERIFIED:
        letters.post(proposal.refresh.customer, asking.VERIFYING, about=proposal.key, by=None)
    elif settings.REFRESH_ACCEPTS_ITSELF:
        _accept(proposal, by=None)


def _accept(proposal: Proposal, *, by: User | None) -> None:
    customer = Customer.objects.select_for_update().get(pk=proposal.refresh.customer_id)
    value = asking.read(proposal.field, proposal.value)
    customers.update(
        customer, {proposal.field: value}, version=customer.version, by=by, source=Change.Source.CUSTOMER
    )
    _close(proposal, State.ACCEPTED, by)
    if proposal.verified_at:
        said = Identity.objects.attached().filter(profile__customer=customer, kind=Identity.Kind.EMAIL)
        said.filter(value=proposal.value).update(verified_at=proposal.verified_at)
    audit.record("quality.accepted", customer, by=by, field=proposal.field)


def _close(proposal: Proposal, state: str, by: User | None) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(state=state, decided_by=by, decided_at=timezone.now())


def _refuse_pestering(customer: Customer, by: User) -> None:
    if Protection.objects.filter(customer=customer).exists():
        raise Refused(_("This customer's data is restricted or erased."))
    if not customer.email:
        raise Refused(_("This customer has no e-mail address to write to."))
    now = timezone.now()
    lately = Refresh.objects.filter(customer=customer, asked_at__gt=now - PAUSE)
    if lately.exclude(status=Status.OPEN).exists():
        raise Refused(_("This customer was asked less than three months ago."))
    if Refresh.objects.filter(asked_by=by, asked_at__gt=now - timedelta(days=1)).count() >= ASKED_A_DAY:
        raise Refused(_("You have asked enough customers for today."))
