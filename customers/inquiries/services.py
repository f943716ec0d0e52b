"""What colleagues ask of each other about a customer: ask, answer, withdraw; and what passes on by itself."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import services as customers
from customers.inquiries import deadlines
from customers.inquiries.models import Inquiry, Match
from customers.models import Customer, Share
from customers.record import sharing
from customers.timeline import services as timeline

State, Wish = Inquiry.State, Inquiry.Wish
# Nobody is asked again for the same customer before so much time has passed.
PAUSE = timedelta(days=14)
SOURCE = "inquiry"


@transaction.atomic
def ask(match: Match, *, wish: str, note: str, by: User) -> Inquiry:
    """Asks whoever has the customer. Without an owner at work the managers are asked at once."""
    customer = match.customer
    _refuse_needless(customer, wish, by)
    now = timezone.now()
    owner = customer.owner if customer.owner and customer.owner.is_active else None
    try:
        with transaction.atomic():
            inquiry = Inquiry.objects.create(
                customer=customer,
                wish=wish,
                note=note,
                about=match.check_of.about,
                asked_by=by,
                asked_at=now,
                due_at=deadlines.due(now),
                passed_on_at=None if owner else now,
            )
    except IntegrityError:
        raise Refused(_("You have already asked about this customer. Please wait for the answer.")) from None
    asked = [owner] if owner else deadlines.managers(customer, beside=by)
    _tell(inquiry, "asked", by=by, asks=[one.pk for one in asked])
    return inquiry


@transaction.atomic
def answer(inquiry: Inquiry, *, agrees: bool, text: str, by: User) -> None:
    """Yes gives the colleague a part in the customer, or the customer; no says why."""
    here = Inquiry.objects.answerable_by(by).filter(pk=inquiry.pk).values("pk")
    moved = Inquiry.objects.open().filter(pk__in=here)
    state = State.GRANTED if agrees else State.REFUSED
    if not moved.update(state=state, answer=text, answered_by=by, closed_at=timezone.now()):
        raise Refused(_("This question is already answered, or no longer yours to answer."))
    if agrees:
        _grant(inquiry, by)
    _tell(inquiry, state.value, by=by, answers=[inquiry.asked_by_id] if agrees else [])


@transaction.atomic
def withdraw(inquiry: Inquiry, *, by: User) -> None:
    own = Inquiry.objects.open().filter(pk=inquiry.pk, asked_by=by)
    if not own.update(state=State.WITHDRAWN, closed_at=timezone.now()):
        raise Refused(_("This question is already answered."))
    _tell(inquiry, "withdrawn", by=by)


@transaction.atomic
def pass_on(inquiry: Inquiry) -> bool:
    """The owner did not answer in time: from now on the managers may. False when it was no longer open."""
    late = Inquiry.objects.overdue().filter(pk=inquiry.pk)
    if not late.update(passed_on_at=timezone.now()):
        return False
    asked = deadlines.managers(inquiry.customer, beside=inquiry.asked_by)
    _tell(inquiry, "passed_on", by=None, asks=[one.pk for one in asked])
    return True


def _grant(inquiry: Inquiry, by: User) -> None:
    customer = Customer.objects.present().select_for_update().filter(pk=inquiry.customer_id).first()
    if customer is None:
        raise Refused(_("This customer was deleted meanwhile."))
    asker = inquiry.asked_by
    if inquiry.wish == Wish.COOPERATE:
        sharing.share(customer, asker, Share.Level.EDIT, by=by)
        return
    if not (asker.is_active and asker.may("customer", "view")):
        raise Refused(_("%(name)s does not work with customers.") % {"name": asker})
    Share.objects.filter(customer=customer, user=asker).delete()
    given = {"owner": asker, "team": customers.team_of(asker) or customer.team}
    customers.update(customer, given, version=customer.version, by=by)


def _refuse_needless(customer: Customer, wish: str, by: User) -> None:
    if customer.owner_id == by.pk:
        raise Refused(_("You look after this customer already."))
    if wish == Wish.COOPERATE and Customer.objects.visible_to(by, "edit").filter(pk=customer.pk).exists():
        raise Refused(_("You may work on this customer already."))
    lately = Inquiry.objects.filter(customer=customer, asked_by=by, wish=wish, state=State.REFUSED)
    if lately.filter(closed_at__gt=timezone.now() - PAUSE).exists():
        raise Refused(_("This was declined less than two weeks ago. Please talk to each other."))


def _tell(
    inquiry: Inquiry,
    what: str,
    *,
    by: User | None,
    asks: list[int] | None = None,
    answers: list[int] | None = None,
) -> None:
    """On the customer's timeline, where those who are named get their notice from, and in the audit log."""
    timeline.record(
        inquiry.customer,
        f"inquiry.{what}",
        summary="",
        by=by,
        source=SOURCE,
        source_id=f"{inquiry.pk}:{what}",
        inquiry=inquiry.pk,
        asks=asks or [],
        answers=answers or [],
    )
    audit.record(f"inquiry.{what}", inquiry, by=by, customer=inquiry.customer_id, wish=inquiry.wish)
