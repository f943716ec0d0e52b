"""What a crash leaves of a large batch, when its connector's provider remembers no keys."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.utils import timezone

from channels import services as channels
from channels.campaigns import books, sending
from channels.campaigns.books import Result
from channels.campaigns.claiming import Batch
from channels.campaigns.message import Mailing
from channels.campaigns.models import Campaign, Delivery, Waybill
from channels.campaigns.tests.conftest import Sink, launch, people
from channels.campaigns.tests.test_second_tries import die, take
from channels.campaigns.tests.test_sending import deliver, tally
from channels.connectors.base import Accepted, Outcome, Payload, Rejected, Retry, Session
from channels.consent.models import Suppression
from customers.timeline.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PEOPLE, STRETCH = 45, 20


class Crash(BaseException):
    """The worker is gone in the middle of a call."""


class Doomed(Session):
    """A provider that takes messages until the worker dies. `answers` are what it says first."""

    def __init__(self, calls: int, answers: Sequence[Outcome] = ()) -> None:
        self.left, self.answers = calls, list(answers)

    def close(self) -> None:
        pass

    def _check(self, timeout: float) -> Retry | Rejected | None:
        return None

    def _send(self, payload: Payload, key: str, timeout: float) -> Outcome:
        if not self.left:
            raise Crash
        self.left -= 1
        return self.answers.pop(0) if self.answers else Accepted("")


@pytest.fixture
def batch(sink: Sink, campaign: Campaign) -> Batch:
    people(PEOPLE)
    launch(campaign)
    return take(campaign, PEOPLE)


def states(campaign: Campaign) -> Counter[str]:
    return Counter(Delivery.objects.filter(campaign=campaign).values_list("state", flat=True))


def crash(campaign: Campaign, batch: Batch, session: Doomed) -> None:
    with pytest.raises(Crash):
        sending.Line(Mailing(campaign), session)._hand_over(batch)
    die(campaign)


def test_of_a_large_batch_one_stretch_is_unknown(sink: Sink, campaign: Campaign, batch: Batch) -> None:
    crash(campaign, batch, Doomed(calls=26))
    assert states(campaign) == {"accepted": 20, "unknown": 20, "ready": 5}
    given_back = Delivery.objects.filter(state="ready")
    assert set(given_back.values_list("attempts", "sent_at", "lease_token")) == {(0, None, "")}
    assert Entry.objects.filter(kind="campaign.sent").count() == 20
    assert not Waybill.objects.exists()
    deliver(campaign)
    assert sink.counts.total() == 5
    assert tally(campaign) == {"planned": PEOPLE, "accepted": 25, "unknown lost": 20}


def test_nothing_is_unknown_of_what_was_not_begun(campaign: Campaign, batch: Batch) -> None:
    die(campaign)
    assert states(campaign) == {"unknown": STRETCH, "ready": PEOPLE - STRETCH}


def test_every_kind_of_outcome_survives(campaign: Campaign, batch: Batch) -> None:
    dead, busy = Rejected("550", permanent=True, reason="recipient: 550"), Retry(60, "busy")
    crash(campaign, batch, Doomed(20, [dead, busy, Accepted("a7")]))
    assert states(campaign) == {"accepted": 18, "failed": 1, "unknown": 20, "ready": 6}
    assert Suppression.objects.count() == 1
    assert Delivery.objects.filter(state="accepted", provider_id="a7").count() == 1
    assert Delivery.objects.get(state="ready", reason="busy").attempts == 1


def test_who_was_taken_for_dead_hands_nothing_more_over(campaign: Campaign, batch: Batch) -> None:
    """It was stopped between two messages of the first stretch, and wakes before its time is over."""

    class Sleepy(Doomed):
        def _send(self, payload: Payload, key: str, timeout: float) -> Outcome:
            if self.left == PEOPLE - 5:
                die(campaign)
            return super()._send(payload, key, timeout)

    session = Sleepy(PEOPLE)
    line = sending.Line(Mailing(campaign), session)
    results = line._hand_over(batch)
    assert session.left == PEOPLE - STRETCH
    line._settle(batch, results)
    assert states(campaign) == {"accepted": STRETCH, "ready": PEOPLE - STRETCH}
    assert tally(campaign) == {"planned": PEOPLE, "accepted": STRETCH}


def test_a_batch_whose_time_is_over_is_given_back(campaign: Campaign, batch: Batch) -> None:
    late = replace(batch, recorded_at=batch.recorded_at - 2 * sending.STALE)
    line = sending.Line(Mailing(campaign), Doomed(0))
    line._settle(late, line._hand_over(late))
    assert states(campaign) == {"ready": PEOPLE}
    assert not Waybill.objects.exists()


def test_without_its_waybill_a_lease_that_ends_says_nothing_about_the_others(
    campaign: Campaign, batch: Batch
) -> None:
    """Who decides about the lost leaves those alone of whom a waybill knows more."""
    Delivery.objects.update(lease_until="2020-01-01T00:00Z")
    assert books.reap(campaign, timezone.now()) == 0
    assert states(campaign) == {"dispatching": PEOPLE}


def test_a_result_is_read_as_it_was_written() -> None:
    result = Result(7, 8, Delivery.State.READY, "busy: 451", "", 30.0, unsent=True, subject="你好")
    assert Result(*vars(result).values()) == result


def test_small_batches_need_none(sink: Sink, campaign: Campaign) -> None:
    people(3)
    launch(campaign)
    take(campaign, STRETCH)
    assert not Waybill.objects.exists()
    with channels.open_session(campaign.channel) as session:
        assert sending.Line(Mailing(campaign), session).size == STRETCH
