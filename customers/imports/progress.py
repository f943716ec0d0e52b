"""How far an import is, in the numbers its page shows."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from customers.imports.models import ImportJob
from customers.imports.models.jobs import WORK

Status = ImportJob.Status
LOOKING = (Status.UPLOADED, Status.READING)
CHECKING = (Status.TO_CHECK, Status.CHECKING)
WORKING = (Status.QUEUED, Status.RUNNING)
REVIEWING = (Status.TO_REVIEW, Status.REVIEWING)
REVERTING = (Status.TO_REVERT, Status.REVERTING)
MOVING = (*LOOKING, *CHECKING, *WORKING, *REVIEWING, *REVERTING)


@dataclass(frozen=True)
class Progress:
    job: ImportJob
    now: datetime

    @classmethod
    def of(cls, job: ImportJob) -> "Progress":
        return cls(job, timezone.now())

    @property
    def is_moving(self) -> bool:
        return self.job.status in MOVING

    @property
    def phase(self) -> str:
        """What is being worked on, or nothing."""
        phases = {
            "looking": LOOKING,
            "checking": CHECKING,
            "importing": WORKING,
            "reviewing": REVIEWING,
            "reverting": REVERTING,
        }
        return next((name for name, statuses in phases.items() if self.job.status in statuses), "")

    @property
    def is_waiting(self) -> bool:
        """Nobody has begun yet."""
        return self.job.status in WORK

    @property
    def step(self) -> int:
        if self.job.finished_at:
            return 5
        if self.job.status in (*CHECKING, Status.CHECKED):
            return 3
        return 4 if self.job.status in WORKING else 2

    @property
    def percent(self) -> int:
        if self.job.status == Status.DONE:
            return 100
        if self.job.status in REVERTING:
            return self._percent_reverted()
        return min(99, self.job.done_bytes * 100 // max(self.job.total_bytes, 1))

    def _percent_reverted(self) -> int:
        chunks = int(self.job.reversal.get("chunks", 1))
        left = int(self.job.reversal.get("left", chunks))
        return min(99, (chunks - left) * 100 // max(chunks, 1))

    @property
    def seconds(self) -> float:
        end = self.job.finished_at or self.now
        return max((end - self.job.started_at).total_seconds(), 0.1) if self.job.started_at else 0

    @property
    def rows_a_second(self) -> int:
        return round(self.job.done_rows / self.seconds) if self.seconds else 0
