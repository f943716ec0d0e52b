"""A run is a row: queued, claimed with a lease, worked on, published. A crash leaves the old predictions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from time import perf_counter

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from crm.accounts.models import User
from segments.predicting import applying, fitting, statistics
from segments.predicting.models import Model, PredictionRun
from segments.scoring.models import ScoringRun

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 3
# Parameters drift slowly: nights apply them, once a week they are fitted anew.
FITTED_EVERY = timedelta(days=7)


class LostLease(Exception):
    """Somebody else took this run over, because we seemed dead."""


@dataclass(frozen=True)
class Held:
    """A run that this worker holds."""

    pk: int
    token: str
    as_of: datetime
    fits: bool
    began: dict[str, float] = field(default_factory=dict)

    def step(self, step: PredictionRun.Step, progress: int) -> None:
        """Says how far the work is, and that we are alive."""
        self.began[step] = perf_counter()
        self.write(step=step, progress=progress, lease_until=timezone.now() + LEASE)

    @property
    def took(self) -> dict[str, float]:
        """Seconds per step so far; each ends where the next begins."""
        ends = [*list(self.began.values())[1:], perf_counter()]
        return {step: round(end - at, 2) for (step, at), end in zip(self.began.items(), ends, strict=True)}

    def write(self, **fields: object) -> None:
        held = PredictionRun.objects.unfinished().filter(pk=self.pk, lease_token=self.token)
        if not held.update(**fields):
            raise LostLease


def queue(*, by: User | None, fits: bool = True) -> PredictionRun | None:
    """A new run, or None while another one waits or works."""
    try:
        with transaction.atomic():
            return PredictionRun.objects.create(asked_by=by, fits=fits)
    except IntegrityError:
        return None


def run(run_id: int) -> None:
    """Predicts for everybody, unless another worker holds the run or has finished it."""
    held = _claim(run_id)
    if held is None:
        return
    try:
        _work(held)
    except LostLease:
        raise
    except Exception as error:
        # The next sweep tries again at once; what went wrong shows until then, without data of customers.
        PredictionRun.objects.filter(pk=held.pk, lease_token=held.token).update(
            lease_until=timezone.now(), error=type(error).__name__
        )
        raise


def sweep() -> None:
    """Follows each scoring, gives up runs that fail again and again, and works on one that waits."""
    queue_if_due()
    waiting = PredictionRun.objects.unheld()
    waiting.filter(attempts__gte=MOST_ATTEMPTS).update(
        status=PredictionRun.Status.FAILED, finished_at=timezone.now()
    )
    found = waiting.first()
    if found:
        run(found.pk)


def queue_if_due() -> PredictionRun | None:
    """One run after each scoring, be it the night's or one that somebody asked for."""
    scored = ScoringRun.objects.done().order_by("-finished_at").first()
    newest = PredictionRun.objects.order_by("-created_at").first()
    if scored is None or (newest and scored.finished_at and newest.created_at >= scored.finished_at):
        return None
    fitted = Model.objects.order_by("-pk").first()
    is_old = fitted is None or fitted.fitted_at < timezone.now() - FITTED_EVERY
    return queue(by=None, fits=is_old)


def _claim(run_id: int) -> Held | None:
    token = token_hex(8)
    claimed = (
        PredictionRun.objects.unheld()
        .filter(pk=run_id, attempts__lt=MOST_ATTEMPTS)
        .update(
            status=PredictionRun.Status.RUNNING,
            attempts=F("attempts") + 1,
            lease_token=token,
            lease_until=timezone.now() + LEASE,
            error="",
        )
    )
    if not claimed:
        return None
    as_of, fits = PredictionRun.objects.values_list("as_of", "fits").get(pk=run_id)
    return Held(run_id, token, as_of, fits)


def _work(held: Held) -> None:
    held.step(PredictionRun.Step.READING, 5)
    ids, known, engagement = statistics.everybody(held.as_of)
    made: list[Model] = []
    if held.fits:
        held.step(PredictionRun.Step.FITTING, 25)
        buyers = known.of(known.days > 0)
        made = fitting.refit(buyers, statistics.sampled(held.as_of, len(buyers)))
    held.step(PredictionRun.Step.PREDICTING, 60)
    columns = applying.predict(fitting.current(made), ids, known, engagement)
    held.step(PredictionRun.Step.PUBLISHING, 80)
    with applying.draft(held.token, columns) as table, transaction.atomic():
        applying.publish(table)
        Model.objects.bulk_create(made)
        held.write(
            status=PredictionRun.Status.DONE,
            progress=100,
            finished_at=timezone.now(),
            lease_until=None,
            customers=len(ids),
            took=held.took,
            summary=applying.summary(),
        )
