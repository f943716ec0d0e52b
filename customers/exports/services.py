"""What people ask for: an export, a decision about one, the file."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import jobs
from customers.exports import caps, tasks
from customers.exports.models import ExportJob
from customers.listing import canonical

Status = ExportJob.Status


def draft(*, ids: Sequence[int], query: str, by: User) -> ExportJob:
    """What would be exported, not saved yet."""
    chosen = sorted(set(ids))
    job = ExportJob(ids=chosen, query=canonical(query, by), created_by=by)
    job.total = jobs.chosen(job, by, "export").order_by()[: caps.MOST + 1].count()
    return job


@transaction.atomic
def ask(job: ExportJob, wishes: Mapping[str, Any], *, by: User) -> None:
    """Starts writing the file, or asks for approval where the colleague may not take so much alone."""
    # One after the other, so that two questions at once cannot share one allowance.
    User.objects.select_for_update().get(pk=by.pk)
    for name, value in wishes.items():
        setattr(job, name, value)
    if job.total > caps.MOST:
        raise Refused(_("At most %(most)s customers fit into a file.") % {"most": f"{caps.MOST:,}"})
    if not job.total:
        raise Refused(_("There is nobody to export."))
    job.limit, job.language = job.total, get_language() or ""
    if caps.needs_approval(by, job.total, in_clear=job.in_clear):
        if not job.reason:
            raise Refused(_("Please say what you need the file for."))
        job.status = Status.WAITING
    job.save(force_insert=True)
    audit.record("export.asked", job, by=by, **told(job), needs_approval=job.status == Status.WAITING)
    if job.status == Status.QUEUED:
        transaction.on_commit(partial(tasks.write.delay, job.pk))


@transaction.atomic
def decide(job: ExportJob, *, by: User, allowed: bool, note: str) -> None:
    """Says yes or no, once, and never to oneself."""
    waiting = ExportJob.objects.visible_to(by, "approve").filter(pk=job.pk, status=Status.WAITING)
    status = Status.QUEUED if allowed else Status.REFUSED
    if not ExportJob.objects.filter(pk__in=waiting.values("pk"), status=Status.WAITING).update(
        status=status, decided_by=by, decided_at=timezone.now(), note=note
    ):
        raise Refused(_("This export is no longer waiting for a decision."))
    audit.record("export.approved" if allowed else "export.refused", job, by=by, **told(job))
    if allowed:
        transaction.on_commit(partial(tasks.write.delay, job.pk))


@transaction.atomic
def hand_over(job: ExportJob, *, by: User) -> None:
    """Notes that the file is fetched. Rights are asked again: they may have gone since it was written."""
    if not by.may("customer", "export") or (job.in_clear and not by.may("customer", "reveal")):
        raise Refused(_("You may no longer export customers."))
    if not job.is_ready:
        raise Refused(_("This file has been removed. Ask for it again."))
    ExportJob.objects.filter(pk=job.pk).update(downloads=F("downloads") + 1)
    audit.record("export.downloaded", job, by=by, rows=job.rows, sha256=job.sha256)


def told(job: ExportJob) -> dict[str, Any]:
    """What the audit log keeps: how much, of what kind, never the question, which may hold a name."""
    return {
        "customers": job.total,
        "columns": job.columns,
        "format": job.format,
        "in_clear": job.in_clear,
        "is_selection": bool(job.ids),
    }
