"""How far an import is, in the numbers its page shows."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from customers.imports.models import ImportJob

Status = ImportJob.Status
LOOKING = (Status.UPLOADED, Status.READING)
WORKING = (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True)
class Progress:
    job: ImportJob
    now: datetime

    @classmethod
    def of(cls, job: ImportJob) -> "Progress":
        return cls(job, timezone.now())

    @property
    def is_moving(self) -> bool:
        return self.job.status in LOOKING or self.job.status in WORKING

    @property
    def step(self) -> int:
        if self.job.status in WORKING:
            return 3
        return 4 if self.job.finished_at else 2

    @property
    def percent(self) -> int:
        if self.job.status == Status.DONE:
            return 100
        return min(99, self.job.done_bytes * 100 // max(self.job.total_bytes, 1))

    @property
    def seconds(self) -> float:
        end = self.job.finished_at or self.now
        return max((end - self.job.started_at).total_seconds(), 0.1) if self.job.started_at else 0

    @property
    def rows_a_second(self) -> int:
        return round(self.job.done_rows / self.seconds) if self.seconds else 0
