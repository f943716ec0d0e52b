"""A run is a row: queued, claimed with a lease, worked on, published. A crash leaves the old scores."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from secrets import token_hex

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from crm.accounts.models import User
from customers.orders.models import Stale
from segments.facts import zone
from segments.scoring import ground, policies, publishing, rfm, summary
from segments.scoring.models import ScoringRun

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 3
NIGHTLY_AT = time(2)


class LostLease(Exception):
    """Somebody else took this run over, because we seemed dead."""


@dataclass(frozen=True)
class Held:
    """A run that this worker holds."""

    pk: int
    token: str
    as_of: datetime

    def step(self, step: ScoringRun.Step, progress: int) -> None:
        """Says how far the work is, and that we are alive."""
        self.write(step=step, progress=progress, lease_until=timezone.now() + LEASE)

    def write(self, **fields: object) -> None:
        held = ScoringRun.objects.unfinished().filter(pk=self.pk, lease_token=self.token)
        if not held.update(**fields):
            raise LostLease


def queue(*, by: User | None) -> ScoringRun | None:
    """A new run, or None while another one waits or works."""
    try:
        with transaction.atomic():
            return ScoringRun.objects.create(asked_by=by, params=policies.current()[1].to_json())
    except IntegrityError:
        return None


def run(run_id: int) -> None:
    """Scores everybody, unless another worker holds the run or has finished it."""
    held = _claim(run_id)
    if held is None:
        return
    try:
        _work(held)
    except LostLease:
        raise
    except Exception as error:
        # The next sweep tries again at once; what went wrong shows until then, without data of customers.
        ScoringRun.objects.filter(pk=held.pk, lease_token=held.token).update(
            lease_until=timezone.now(), error=type(error).__name__
        )
        raise


def sweep() -> None:
    """Queues what the night is due, gives up runs that fail again and again, and works on one that waits."""
    queue_if_due()
    waiting = ScoringRun.objects.unheld()
    waiting.filter(attempts__gte=MOST_ATTEMPTS).update(
        status=ScoringRun.Status.FAILED, finished_at=timezone.now()
    )
    found = waiting.first()
    if found:
        run(found.pk)


def queue_if_due() -> ScoringRun | None:
    """One run per night, or as soon as somebody is awake after it; one for rules saved during another run."""
    now = timezone.now().astimezone(zone())
    due = datetime.combine(now.date(), NIGHTLY_AT, zone())
    if now < due:
        due -= timedelta(days=1)
    newest = ScoringRun.objects.order_by("-created_at").first()
    # A base that was never scored waits for its first import or for somebody to ask.
    if newest is None or newest.created_at >= max(due, policies.in_force_since() or due):
        return None
    return queue(by=None)


def _claim(run_id: int) -> Held | None:
    token = token_hex(8)
    claimed = (
        ScoringRun.objects.unheld()
        .filter(pk=run_id, attempts__lt=MOST_ATTEMPTS)
        .update(
            status=ScoringRun.Status.RUNNING,
            attempts=F("attempts") + 1,
            lease_token=token,
            lease_until=timezone.now() + LEASE,
            error="",
        )
    )
    if not claimed:
        return None
    as_of = ScoringRun.objects.values_list("as_of", flat=True).get(pk=run_id)
    return Held(run_id, token, as_of)


def _work(held: Held) -> None:
    policy, rules = policies.current()
    rfm.drop_drafts()
    name = rfm.DRAFTS + held.token
    held.step(ScoringRun.Step.CUTOFFS, 5)
    # Everybody is about to be looked at. Whoever orders from here on is followed afterwards.
    Stale.objects.all().delete()
    with ground.prepared(name, rules, held.as_of) as found:
        cutoffs = rfm.find_cutoffs(found, rules, held.as_of)
        held.step(ScoringRun.Step.SCORES, 20)
        with rfm.draft(name, found, cutoffs, rules, held.as_of) as table:
            held.step(ScoringRun.Step.PUBLISHING, 50)
            with transaction.atomic():
                same_rules = policies.were_in_force(rules)
                published = rfm.publish(table, held.as_of, same_rules=same_rules)
                held.write(
                    status=ScoringRun.Status.DONE,
                    progress=100,
                    finished_at=timezone.now(),
                    lease_until=None,
                    cutoffs=cutoffs.to_json(),
                    params=rules.to_json() | {"cycles": found.cycles},
                    policy=policy,
                    summary=summary.of_draft(table).to_json(),
                    customers=published.customers,
                    moved=published.moved,
                )
                publishing.tell(publishing.News(held.pk, table, held.as_of, same_rules))
