"""When everybody is predicted: after each scoring, or if somebody asks. A crash leaves what was there."""

from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter

from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from segments import leasing
from segments.leasing import Held
from segments.predicting import applying, fitting, statistics
from segments.predicting.models import Model, PredictionRun
from segments.scoring.models import ScoringRun

# Parameters drift slowly: nights apply them, once a week they are fitted anew.
FITTED_EVERY = timedelta(days=7)

Step = PredictionRun.Step


def queue(*, by: User | None, fits: bool = True) -> PredictionRun | None:
    """A new run, or None while another one waits or works."""
    return leasing.queue(PredictionRun, by=by, fits=fits)


def run(run_id: int) -> None:
    leasing.run(PredictionRun, run_id, _work)


def sweep() -> None:
    """Follows each scoring, gives up runs that fail again and again, and works on one that waits."""
    queue_if_due()
    leasing.sweep(PredictionRun, _work)


def queue_if_due() -> PredictionRun | None:
    """One run after each scoring, be it the night's or one that somebody asked for."""
    scored = ScoringRun.objects.done().order_by("-finished_at").first()
    newest = PredictionRun.objects.order_by("-created_at").first()
    if scored is None or (newest and scored.finished_at and newest.created_at >= scored.finished_at):
        return None
    fitted = Model.objects.order_by("-pk").first()
    is_old = fitted is None or fitted.fitted_at < timezone.now() - FITTED_EVERY
    return queue(by=None, fits=is_old)


@dataclass(frozen=True)
class Progress:
    """How far a run is, and when each of its steps began."""

    held: Held[PredictionRun]
    began: dict[str, float] = field(default_factory=dict)

    def at(self, step: PredictionRun.Step, percent: int) -> None:
        self.began[step] = perf_counter()
        self.held.step(percent, step=step)

    @property
    def took(self) -> dict[str, float]:
        """Seconds per step so far; each ends where the next begins."""
        ends = [*list(self.began.values())[1:], perf_counter()]
        return {step: round(end - at, 2) for (step, at), end in zip(self.began.items(), ends, strict=True)}


def _work(held: Held[PredictionRun]) -> None:
    progress = Progress(held)
    progress.at(Step.READING, 5)
    ids, known, engagement = statistics.everybody(held.as_of)
    made: list[Model] = []
    if held.row.fits:
        progress.at(Step.FITTING, 25)
        buyers = known.of(known.days > 0)
        made = fitting.refit(buyers, statistics.sampled(held.as_of, len(buyers)))
    progress.at(Step.PREDICTING, 60)
    columns = applying.predict(fitting.current(made), ids, known, engagement)
    progress.at(Step.PUBLISHING, 80)
    with applying.draft(held.token, columns) as table, transaction.atomic():
        applying.publish(table)
        Model.objects.bulk_create(made)
        held.finish(customers=len(ids), took=progress.took, summary=applying.summary())
