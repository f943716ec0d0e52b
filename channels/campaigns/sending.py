"""Sends what is due. Any number of processes and threads may do this for one campaign at the same time.

Per batch: lock due deliveries, ask the gate, fill in the text and record the intent in one short transaction;
hand the messages over outside of any; record the outcomes. A crash before the intent leaves the rows waiting.
A crash after it leaves at most one stretch of the batch (see waybills.py) of which nobody knows whether it
went out; that is never sent again, unless the provider recognises our key.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from channels import services as channels
from channels.campaigns import belonging, books, leaving, waybills, ways
from channels.campaigns.books import Result
from channels.campaigns.carrying import ShortMailing, mailings_of
from channels.campaigns.claiming import FIRST, MOST, Batch, Parcel, claim, judge_for
from channels.campaigns.finishing import stop_for
from channels.campaigns.message import Mailing
from channels.campaigns.models import Campaign, Delivery
from channels.campaigns.placeholders import NotUnderstood
from channels.connectors.base import (
    Accepted,
    CannotRender,
    Caps,
    Idempotency,
    Outcome,
    Payload,
    Rejected,
    Retry,
    Session,
)
from channels.connectors.registry import NoSuchConnector
from channels.consent import suppression
from channels.consent.models import Suppression
from crm.lib.errors import Refused
from crm.lib.patience import insist, will_pass

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TIMEOUT = 30.0
# A recorded intent is good for so many seconds. What was not handed over by then goes back and is asked
# again, so neither a pause nor a withdrawal ever waits for a long batch or a slow server.
GOOD_FOR = 0.25
# And so old at most when the first of it is handed over: who was stopped meanwhile begins anew.
STALE = 5.0
HEARTBEAT, PRESENCE = 5.0, timedelta(seconds=20)
MOST_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT, LONGEST_OUTAGE = 30.0, 3600.0, 60.0
GAVE_UP = "gave_up"


def deliver(
    campaign_pk: int, *, seconds: float = 45, connections: int = 0, stop: Event | None = None
) -> bool:
    """Sends until nothing is due, the campaign stands or the time is over; True if there is probably more."""
    found = Campaign.objects.sending().select_related("channel", "segment", "launched_by")
    campaign = found.filter(pk=campaign_pk).first()
    if campaign is None:
        return False
    try:
        mailings = mailings_of(campaign)
        leaving.look_over(campaign)
        belonging.check(segment for one in mailings for segment in one.segments)
    except (NotUnderstood, CannotRender, NoSuchConnector, Refused) as trouble:
        stop_for(campaign_pk, str(trouble))
        return False
    if not mailings:
        return False
    until, halt = time.monotonic() + seconds, stop or Event()
    number = connections or settings.SEND_CONNECTIONS
    if number == 1:
        return _send_in_turn(mailings, until, halt)
    # Each channel has a line of its own at least: a slow one must not hold up the others.
    shared = [mailings[place % len(mailings)] for place in range(max(number, len(mailings)))]
    with ThreadPoolExecutor(len(shared)) as pool:
        lines = [pool.submit(_send_in_thread, mailing, until, halt) for mailing in shared]
        more = [line.result() for line in lines]
    return any(more)


def _send_in_turn(mailings: Sequence[Mailing | ShortMailing], until: float, stop: Event) -> bool:
    """Over one line after the other; once more for each, because one may hand customers on to another."""
    more: list[bool] = []
    for _round in mailings:
        share = (until - time.monotonic()) / len(mailings)
        more = [_send(one, min(until, time.monotonic() + share), stop) for one in mailings]
    return any(more)


def _send_in_thread(mailing: Mailing | ShortMailing, until: float, stop: Event) -> bool:
    try:
        return _send(mailing, until, stop)
    finally:
        connection.close()


def _send(mailing: Mailing | ShortMailing, until: float, stop: Event) -> bool:
    with channels.open_session(mailing.campaign.channel) as session:
        line = Line(mailing, session)
        more = True
        while more and time.monotonic() < until and not stop.is_set():
            more = line.send_batch()
        line.report()
    return more


class Line:
    """One connection to the provider and what it has learned about it."""

    def __init__(self, mailing: Mailing | ShortMailing, session: Session) -> None:
        self.mailing, self.session = mailing, session
        self.campaign = mailing.campaign
        self.caps: Caps = channels.connector_of(self.campaign.channel).caps
        self.size = FIRST
        # Other channels of the campaign may work while this one does not.
        self.has_sisters = len(ways.of(self.campaign)) > 1
        self.since = LONG_AGO
        self.judge = judge_for(self.campaign)
        self.seen_at = time.monotonic() - HEARTBEAT
        self.last_outcome: Outcome | None = None

    def send_batch(self) -> bool:
        """Whether there may be more to do."""
        self._look_up()
        batch = claim(self.mailing, self.judge, self.size, self.since)
        if batch is None:
            # What others gave back may be older than what we took last.
            more, self.since = self.since > LONG_AGO, LONG_AGO
            return more
        self.since = batch.due_at
        if batch.is_held_up:
            time.sleep(min(1.0, 1 / self.campaign.channel.per_second))
        results = self._hand_over(batch)
        self._settle(batch, results)
        return not self._is_down()

    def _is_down(self) -> bool:
        """Whether no message would fare better now. Then the campaign rests, not each row of it."""
        outcome = self.last_outcome
        if not isinstance(outcome, Retry) or not outcome.channel_down:
            return False
        if self.has_sisters:
            return True
        rest = timedelta(seconds=min(outcome.after, LONGEST_OUTAGE))
        Campaign.objects.sending().filter(pk=self.campaign.pk).update(lease_until=Now() + rest)
        return True

    def report(self) -> None:
        """Keeps the channel's health."""
        if self.last_outcome is not None:
            channels.note_outcome(self.campaign.channel, self.last_outcome)

    def _hand_over(self, batch: Batch) -> list[Result]:
        results: list[Result] = []
        for done, parcel in enumerate(batch.parcels):
            if not self._may_go_on(batch, results):
                self.size = max(1, done)
                break
            self.session.expected = _following(batch, done)
            outcome = self.last_outcome = self.session.send(parcel.payload, parcel.delivery.key.hex, TIMEOUT)
            results.append(result_of(parcel, outcome, self.caps))
            if isinstance(outcome, Retry) and outcome.channel_down:
                break
        else:
            self.size = min(MOST, self.size * 2)
        return results + [self._put_back(parcel) for parcel in batch.parcels[len(results) :]]

    def _may_go_on(self, batch: Batch, results: Sequence[Result]) -> bool:
        """Whether the next message may go: its time is not over, and its stretch is on record."""
        done = len(results)
        number, past = divmod(done, batch.stretch)
        if number and not past:
            try:
                known = results[-batch.stretch :]
                if not waybills.go_on(batch.token, number, batch.begun_at(done), known):
                    return False
            except Error as error:
                if not will_pass(error):
                    raise
                return False
        return time.monotonic() - batch.recorded_at <= (GOOD_FOR if done else STALE)

    def _put_back(self, parcel: Parcel) -> Result:
        """Nothing happened with it: it waits on as if it had not been taken."""
        pk, customer = parcel.delivery.pk, parcel.delivery.customer
        unsent = parcel.delivery.sent_at is None
        return Result(pk, customer, Delivery.State.READY, untouched=True, unsent=unsent)

    def _settle(self, batch: Batch, results: Sequence[Result]) -> None:
        """Records the outcomes. Also long after the lease: whoever took us for dead wrote only "unknown"."""
        at = timezone.now()

        @transaction.atomic
        def write() -> None:
            if batch.has_waybill:
                waybills.close(batch.token)
            books.record_results(self.campaign, batch.token, results, at)
            _suppress_dead(self.campaign, batch.parcels, results)

        if results:
            insist(write, f"{len(results)} outcomes of campaign {self.campaign.pk}")

    def _look_up(self) -> None:
        """Now and then: tells the sweep that somebody is on it, and moves on with the time."""
        if time.monotonic() - self.seen_at < HEARTBEAT:
            return
        self.seen_at = time.monotonic()
        Campaign.objects.sending().filter(pk=self.campaign.pk).update(lease_until=Now() + PRESENCE)
        self.judge = judge_for(self.campaign)
        self.report()


def _following(batch: Batch, done: int) -> Payload | None:
    """The message after the next one, if at this pace both go in time."""
    age = time.monotonic() - batch.recorded_at
    in_time = age * (done + 3) <= GOOD_FOR * (done + 1)
    return batch.parcels[done + 1].payload if in_time and done + 1 < len(batch.parcels) else None


def result_of(parcel: Parcel, outcome: Outcome, caps: Caps) -> Result:
    """What an outcome means for the delivery."""
    pk, customer = parcel.delivery.pk, parcel.delivery.customer
    if isinstance(outcome, Accepted):
        sent = Delivery.State.ACCEPTED
        return Result(pk, customer, sent, provider_id=outcome.provider_id[:200], subject=parcel.subject)
    base = Result(pk, customer, Delivery.State.READY)
    # Where keys are repeated, one try's "not sent" says nothing of the tries before.
    unsent = parcel.delivery.sent_at is None
    if isinstance(outcome, Rejected):
        reason = outcome.reason or outcome.code
        failed = Delivery.State.FAILED if unsent else Delivery.State.UNKNOWN
        return replace(base, state=failed, reason=reason, unsent=unsent, is_dead=outcome.permanent)
    if isinstance(outcome, Retry) and outcome.channel_down:
        return replace(base, reason=outcome.reason, untouched=True, unsent=unsent)
    if isinstance(outcome, Retry):
        return _try_again(replace(base, unsent=unsent), parcel.delivery.attempts + 1, outcome)
    base, tries = replace(base, reason=outcome.reason), parcel.delivery.attempts + 1
    if caps.idempotency is Idempotency.NONE or tries >= MOST_ATTEMPTS:
        return replace(base, state=Delivery.State.UNKNOWN)
    return replace(base, wait=_wait(tries))


def _try_again(base: Result, tries: int, outcome: Retry) -> Result:
    """A later try, where it has not been tried often enough."""
    if tries < MOST_ATTEMPTS:
        return replace(base, reason=outcome.reason, wait=max(outcome.after, _wait(tries)))
    failed = Delivery.State.FAILED if base.unsent else Delivery.State.UNKNOWN
    return replace(base, state=failed, reason=f"{GAVE_UP}{books.FAMILY}{outcome.reason}")


def _wait(tries: int) -> float:
    """Seconds until the next try: twice as long after each."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (tries - 1))


def _suppress_dead(campaign: Campaign, parcels: Sequence[Parcel], results: Sequence[Result]) -> None:
    """What the provider said no mail reaches is not written to again."""
    pairs = zip(parcels, results, strict=True)
    if dead := [parcel.address for parcel, result in pairs if result.is_dead]:
        suppression.suppress_all(campaign.channel.kind, dead, Suppression.Reason.BOUNCE)
