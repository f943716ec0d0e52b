"""What people may ask of predicting."""

from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from segments.predicting import running, tasks
from segments.predicting.models import PredictionRun


@transaction.atomic
def start(*, by: User) -> PredictionRun:
    """Queues a fit and a prediction for everybody."""
    run = running.queue(by=by)
    if run is None:
        raise Refused(_("Predictions are already being worked out."))
    audit.record("predicting.started", run, by=by)
    transaction.on_commit(partial(tasks.predict.delay, run.pk))
    return run
