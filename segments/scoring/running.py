"""When everybody is scored: each night, or if somebody asks. A crash leaves the old scores."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from customers.orders.models import Stale
from segments import leasing
from segments.facts import zone
from segments.leasing import Held
from segments.scoring import ground, policies, publishing, rfm, summary
from segments.scoring.models import ScoringRun

NIGHTLY_AT = time(2)

Step = ScoringRun.Step


def queue(*, by: User | None) -> ScoringRun | None:
    """A new run, or None while another one waits or works."""
    return leasing.queue(ScoringRun, by=by, params=policies.current()[1].to_json())


def run(run_id: int) -> None:
    leasing.run(ScoringRun, run_id, _work)


def sweep() -> None:
    """Queues what the night is due, gives up runs that fail again and again, and works on one that waits."""
    queue_if_due()
    leasing.sweep(ScoringRun, _work)


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


def _work(held: Held[ScoringRun]) -> None:
    policy, rules = policies.current()
    rfm.drop_drafts()
    name = rfm.DRAFTS + held.token
    held.step(5, step=Step.CUTOFFS)
    # Everybody is about to be looked at. Whoever orders from here on is followed afterwards.
    Stale.objects.all().delete()
    with ground.prepared(name, rules, held.as_of) as found:
        cutoffs = rfm.find_cutoffs(found, rules, held.as_of)
        held.step(20, step=Step.SCORES)
        with rfm.draft(name, found, cutoffs, rules, held.as_of) as table:
            held.step(50, step=Step.PUBLISHING)
            with transaction.atomic():
                same_rules = policies.were_in_force(rules)
                published = rfm.publish(table, held.as_of, same_rules=same_rules)
                held.finish(
                    cutoffs=cutoffs.to_json(),
                    params=rules.to_json() | {"cycles": found.cycles},
                    policy=policy,
                    summary=summary.of_draft(table).to_json(),
                    customers=published.customers,
                    moved=published.moved,
                )
                publishing.tell(publishing.News(held.row.pk, table, held.as_of, same_rules))
