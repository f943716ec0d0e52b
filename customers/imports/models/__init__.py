"""Imports: a file somebody uploaded, how its columns were understood, and what became of each row."""

from customers.imports.models.jobs import Duplicates, ImportJob, ImportProblem, Policy
from customers.imports.models.mappings import SavedMapping
from customers.imports.models.schedules import Arrival, Schedule
from customers.imports.models.traces import Trace

__all__ = [
    "Arrival",
    "Duplicates",
    "ImportJob",
    "ImportProblem",
    "Policy",
    "SavedMapping",
    "Schedule",
    "Trace",
]
