"""Sends a letter: the gate is asked and the intent recorded in one transaction, then the provider is."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from channels import services as channels
from channels.connectors.base import (
    Accepted,
    CannotRender,
    Content,
    Envelope,
    Outcome,
    Payload,
    Rejected,
    Retry,
)
from channels.consent import gate, suppression
from channels.consent.gate import Question, Reason
from channels.consent.models import Purpose, Suppression
from channels.letters.models import Letter, LetterQuerySet
from crm.lib.patience import insist
from customers import letters
from customers.letters import Draft
from customers.models import Customer
from customers.timeline import services as timeline
from customers.timeline.models import Entry

LEASE = timedelta(minutes=2)
TIMEOUT = 30.0
MOST_ATTEMPTS = 6
AT_ONCE = 50
UNWANTED, LOST, GAVE_UP = "unwanted", "lost", "gave_up"
State = Letter.State


@dataclass(frozen=True)
class Parcel:
    """A letter whose going is on record."""

    letter: Letter
    address: str
    subject: str
    payload: Payload


def send(letter_pk: int) -> None:
    parcel = _take(letter_pk)
    if parcel is None:
        return
    with channels.open_session(parcel.letter.channel) as session:
        outcome = session.send(parcel.payload, parcel.letter.key.hex, TIMEOUT)
    insist(lambda: _settle(parcel, outcome), f"the outcome of letter {letter_pk}")
    channels.note_outcome(parcel.letter.channel, outcome)


def sweep() -> None:
    Letter.objects.lost().update(state=State.UNKNOWN, reason=LOST, lease_until=None)
    for pk in Letter.objects.due().order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]:
        send(pk)


@transaction.atomic
def _take(letter_pk: int) -> Parcel | None:
    """None when there is nothing to send: somebody else has it, the channel is off, or the gate says no."""
    rows = Letter.objects.due().filter(pk=letter_pk, channel__enabled=True)
    free = rows.select_for_update(skip_locked=True, of=("self",))
    letter = free.select_related("channel", "customer").first()
    if letter is None:
        return None
    gate.hold([letter.customer_id])
    found = _written(letter)
    if isinstance(found, str):
        _end(letter, State.SKIPPED, found)
        return None
    Letter.objects.filter(pk=letter.pk).update(
        state=State.SENDING, lease_until=timezone.now() + LEASE, attempts=letter.attempts + 1
    )
    return found


def _written(letter: Letter) -> Parcel | str:
    """The letter ready to go, or the reason why it does not."""
    customer = letter.customer
    with translation.override(language_of(customer)):
        kind = letters.find(letter.kind)
        draft = kind.draft(letter.about) if kind else None
        if draft is None:
            return UNWANTED
        if no := _refusal(customer, draft):
            return no
        address = draft.to or customer.email
        try:
            return Parcel(letter, address, draft.subject, _payload(letter, draft, address))
        except CannotRender as problem:
            return problem.code


def _refusal(customer: Customer, draft: Draft) -> str:
    """What the gate says. A restriction does not hold back an answer that somebody is owed, and an address
    that they only just gave us is looked at by itself.
    """
    verdict = gate.verdict_on(customer, Question("email", Purpose.SERVICE, timezone.now()))
    if draft.to or verdict == Reason.RESTRICTED:
        hashes = suppression.hashes_of(draft.to or customer.email)
        listed = Suppression.objects.filter(kind="email", value_hash__in=hashes)
        return str(Reason.SUPPRESSED) if listed.exists() else ""
    return "" if verdict == Reason.QUIET else verdict


def _payload(letter: Letter, draft: Draft, address: str) -> Payload:
    context = {"language": translation.get_language(), "brand": settings.COMPANY_NAME, "draft": draft}
    # A mark for the connector, which puts the address in where it can do no harm.
    context["slot_url"] = "{{ url }}"
    content = Content(
        subject=draft.subject,
        text=render_to_string("mail/letter.txt", context),
        html=render_to_string("mail/letter.html", context),
    )
    envelope = Envelope(
        to=address,
        key=letter.key.hex,
        at=timezone.now(),
        fields={"name": letter.customer.name, "url": draft.url},
        to_name=letter.customer.name,
    )
    return channels.prepare(letter.channel, content).render(envelope)


@transaction.atomic
def _settle(parcel: Parcel, outcome: Outcome) -> None:
    letter = parcel.letter
    if isinstance(outcome, Accepted):
        if _end(letter, State.SENT, ""):
            _tell(parcel)
    elif isinstance(outcome, Rejected):
        _end(letter, State.FAILED, outcome.reason or outcome.code)
        if outcome.permanent:
            suppression.suppress("email", parcel.address, Suppression.Reason.BOUNCE)
    elif isinstance(outcome, Retry) and letter.attempts + 1 < MOST_ATTEMPTS:
        wait = timedelta(seconds=max(outcome.after, 30 * 2**letter.attempts))
        _mine(letter).update(state=State.READY, due_at=timezone.now() + wait, lease_until=None)
    else:
        _end(letter, State.FAILED if isinstance(outcome, Retry) else State.UNKNOWN, outcome.reason or GAVE_UP)


def _tell(parcel: Parcel) -> None:
    timeline.record(
        parcel.letter.customer,
        "letter.sent",
        summary=parcel.subject,
        channel=Entry.Channel.EMAIL,
        direction=Entry.Direction.OUT,
        by=parcel.letter.asked_by,
        source="letter",
        source_id=str(parcel.letter.pk),
    )


def _end(letter: Letter, state: State, reason: str) -> int:
    sent_at = timezone.now() if state == State.SENT else None
    return _mine(letter).update(state=state, reason=reason[:200], sent_at=sent_at, lease_until=None)


def _mine(letter: Letter) -> LetterQuerySet:
    # Whoever took us for dead wrote "lost", and now it is known.
    lost = Q(state=State.UNKNOWN, reason=LOST)
    return Letter.objects.filter(lost | Q(state__in=[State.READY, State.SENDING]), pk=letter.pk)


def language_of(customer: Customer) -> str:
    known = dict(settings.LANGUAGES)
    return customer.language if customer.language in known else settings.LANGUAGE_CODE
