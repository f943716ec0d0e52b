"""What people may ask of scoring."""

from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from segments.scoring import policies, running, tasks
from segments.scoring.models import Policy, ScoringRun, Trial
from segments.scoring.ruling import Rules


@transaction.atomic
def start(*, by: User) -> ScoringRun:
    """Queues a scoring of everybody."""
    run = running.queue(by=by)
    if run is None:
        raise Refused(_("A scoring is already under way."))
    audit.record("scoring.started", run, by=by)
    transaction.on_commit(partial(tasks.score.delay, run.pk))
    return run


@transaction.atomic
def save_rules(rules: Rules, *, based_on: int, note: str, by: User) -> Policy:
    """Puts the next version in force, and scores everybody by it as soon as no other scoring is under way."""
    newest, _rules = policies.current()
    made = Policy(number=based_on + 1, rules=rules.to_json(), note=note, made_by=by)
    if based_on != (newest.number if newest else 0) or not _insert(made):
        raise Refused(
            _("A colleague saved other rules in the meantime. Look at them first, then save yours.")
        )
    audit.record("scoring.rules_saved", made, by=by, number=made.number)
    if run := running.queue(by=by):
        transaction.on_commit(partial(tasks.score.delay, run.pk))
    return made


def _insert(made: Policy) -> bool:
    """Whether nobody else took the number between our look and now."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def try_out(rules: Rules, *, by: User) -> Trial:
    """Queues a count of who would move if these rules were saved."""
    trial = Trial.objects.create(rules=rules.to_json(), asked_by=by)
    transaction.on_commit(partial(tasks.simulate.delay, trial.pk))
    return trial
