"""What customers asked about their data, what they corrected, and how good the data is."""

from datetime import datetime, timedelta

from django.utils import timezone

from channels.campaigns.models import Delivery
from channels.consent import suppression
from channels.consent.models import Suppression
from crm.accounts.models import User
from crm.demo.dice import dice
from customers.models import Customer
from customers.privacy import wording
from customers.privacy.models import SubjectRequest
from customers.quality import running, summary
from customers.quality.models import Assessment, Proposal, Quality, Refresh

WEEKS = 12
# What was asked so many days ago, by which way, and whether it is answered by now.
REQUESTS = [
    ("access", "gdpr", "email", 34, "done"),
    ("export", "pipl", "online", 12, "done"),
    ("correct", "pipl", "phone", 9, ""),
    ("access", "gdpr", "letter", 33, ""),
    ("erasure", "pipl", "online", 3, ""),
    ("restrict", "gdpr", "email", 6, ""),
]
CORRECTIONS = [
    ("city", "苏州"),
    ("address", "人民路 128 号 3 栋 502"),
    ("postcode", "215000"),
    ("city", "杭州"),
]


def run(*, seed: int, until: datetime, by: User) -> None:
    people = list(Customer.objects.present().filter(kind="person").exclude(email="").order_by("pk")[:400])
    if not people:
        return
    rng = dice(seed, "privacy")
    chosen = [
        people[int(place)] for place in rng.permutation(len(people))[: len(REQUESTS) + len(CORRECTIONS)]
    ]
    asked, corrected = chosen[: len(REQUESTS)], chosen[len(REQUESTS) :]
    for customer, (kind, law, way, days, status) in zip(asked, REQUESTS, strict=False):
        _request(customer, until - timedelta(days=days), kind, law, way, status, by)
    for place, (customer, (field, value)) in enumerate(zip(corrected, CORRECTIONS, strict=False)):
        at = until - timedelta(days=place + 1)
        refresh = Refresh.objects.create(
            customer=customer,
            status=Refresh.Status.ANSWERED,
            asked_by=by,
            asked_at=at - timedelta(days=2),
            expires_at=at + timedelta(days=28),
            answered_at=at,
        )
        Proposal.objects.create(refresh=refresh, field=field, value=value, made_at=at)
    _give_up_dead_addresses()
    _assess(until)


def _give_up_dead_addresses() -> None:
    """Where a campaign's mail came back, as real sending would have it."""
    failed = Delivery.objects.filter(state=Delivery.State.FAILED).exclude(address="")
    dead = list(failed.values_list("address", flat=True))
    suppression.suppress_all("email", dead, Suppression.Reason.BOUNCE)


def _request(customer: Customer, at: datetime, kind: str, law: str, way: str, status: str, by: User) -> None:
    closed = {"closed_at": at + timedelta(days=4), "handled_by": by} if status else {}
    SubjectRequest.objects.create(
        customer=customer,
        kind=kind,
        law=law,
        way=way,
        proof="按登记号码回拨确认本人",
        status=status or SubjectRequest.Status.OPEN,
        received_at=at,
        due_on=wording.due_on(law, timezone.localdate(at)),
        created_by=by,
        **closed,
    )


def _assess(until: datetime) -> None:
    """One look at everybody now; the weeks before were a little worse each."""
    if now := running.queue(by=None):
        running.run(now.pk)
    if not Quality.objects.exists():
        return
    found = summary.of_everybody().to_json()
    for week in range(1, WEEKS):
        means = {name: round(value - 0.6 * week, 1) for name, value in found["means"].items()}
        at = min(until, timezone.now()) - timedelta(weeks=week)
        Assessment.objects.create(started_at=at, finished_at=at, summary=found | {"means": means})
