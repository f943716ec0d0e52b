"""What people may ask of scoring."""

from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from segments.scoring import running, tasks
from segments.scoring.models import ScoringRun


@transaction.atomic
def start(*, by: User) -> ScoringRun:
    """Queues a scoring of everybody."""
    run = running.queue(by=by)
    if run is None:
        raise Refused(_("A scoring is already under way."))
    audit.record("scoring.started", run, by=by)
    transaction.on_commit(partial(tasks.score.delay, run.pk))
    return run
