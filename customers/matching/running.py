"""A run over the whole base is a row: queued, claimed with a lease, taken step by step. A crash costs a step.

Learning and comparing happen in a child process (child.py), so that this one stays small.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.accounts.models import User
from customers.matching import child, deciding, feeding, records
from customers.matching.model import LEARNT_ON, LEAST, rescaled
from customers.matching.models import Record, Run, Settings, Weights
from customers.matching.scorer import SHIPPED
from customers.models import Customer

CHUNK = 20_000
LEASE = timedelta(minutes=2)
NIGHTLY_AT = clock(2)
# Fewer records teach less than the model that comes with the product knows.
ENOUGH_TO_LEARN = 20_000
LEARN_AGAIN, GROWN = timedelta(days=7), 1.2
Step = Run.Step


def queue(*, by: User | None, may_join_many: bool = False) -> Run | None:
    """A new run, or None while another one waits or works."""
    try:
        with transaction.atomic():
            return Run.objects.create(asked_by=by, may_join_many=may_join_many)
    except IntegrityError:
        return None


def run(run_pk: int, *, seconds: float = 240) -> None:
    """Works until it is done or the time is over, unless another worker holds it."""
    if not Run.objects.unheld().filter(pk=run_pk).update(lease_until=timezone.now() + LEASE):
        return
    until = time.monotonic() + seconds
    while _take_step(Run.objects.get(pk=run_pk)):
        if time.monotonic() > until:
            Run.objects.filter(pk=run_pk).update(lease_until=None)
            return


def sweep() -> None:
    """Queues what the night is due and goes on with what was left."""
    if settings.MATCHING_NIGHTLY:
        queue_if_due()
    found = Run.objects.unheld().first()
    if found:
        run(found.pk)


def queue_if_due() -> Run | None:
    now = timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE))
    due = datetime.combine(now.date(), NIGHTLY_AT, now.tzinfo)
    if now < due:
        due -= timedelta(days=1)
    if Run.objects.filter(started_at__gte=due).exists() or not Customer.objects.present().exists():
        return None
    return queue(by=None)


def _take_step(row: Run) -> bool:
    """Whether there is another one."""
    if row.finished_at:
        return False
    began, step = time.monotonic(), row.step
    try:
        STEPS[step](row)
    except feeding.ChildFailed as failure:
        _fail(row, str(failure))
    spent = row.figures.setdefault("seconds", {})
    spent[step] = round(spent.get(step, 0) + time.monotonic() - began, 2)
    Run.objects.filter(pk=row.pk).update(figures=row.figures)
    return row.finished_at is None


def _standardise(row: Run) -> None:
    if not row.total:
        row.total = Customer.objects.present().count()
        _keep(row, total=row.total)
    last = records.rebuild(row.cursor, CHUNK)
    if last:
        _keep(row, cursor=last, done=min(row.total, row.done + CHUNK))
    else:
        _next(row, Step.TRAIN)


def _train(row: Run) -> None:
    """Learns anew when the base grew or a week has passed; else the model only learns the base's size."""
    known = Record.objects.count()
    newest = Weights.objects.order_by("-pk").first()
    if _must_learn(known, newest):
        wanted = feeding.order(ask_from=0.0, compares=False)
        result = feeding.run_child(_exported(row), wanted, watch=lambda done, total: _hold(row))
        row.figures["peak_mb"] = result["peak_mb"]
        newest = Weights.objects.create(trained_on=result["records"], parameters=result["parameters"])
    elif newest is None or not _fits(known, newest):
        before = newest.parameters if newest else json.loads(SHIPPED.read_text(encoding="utf-8"))
        trained_on = newest.trained_on if newest else 0
        newest = Weights.objects.create(trained_on=trained_on, parameters=rescaled(before, known))
    _next(row, Step.COMPARE, weights=newest, figures=row.figures)


def _must_learn(known: int, newest: Weights | None) -> bool:
    if known < ENOUGH_TO_LEARN:
        return False
    learnt = Weights.objects.filter(trained_on__gt=0).order_by("trained_on", "pk").last()
    if newest is None or learnt is None or known > learnt.trained_on * GROWN:
        return True
    return timezone.now() - learnt.created_at > LEARN_AGAIN


def _fits(known: int, weights: Weights) -> bool:
    meant_for: int = weights.parameters.get(LEARNT_ON, 0)
    return meant_for / GROWN <= max(known, LEAST) <= meant_for * GROWN


def _compare(row: Run) -> None:
    weights = Weights.objects.get(pk=row.weights_id or 0)
    wanted = feeding.order(ask_from=current_settings().ask_from, parameters=weights.parameters)
    result = feeding.run_child(_exported(row), wanted, watch=lambda done, total: _hold(row, done, total))
    row.figures |= {
        "records": result["records"],
        "peak_mb": max(row.figures.get("peak_mb", 0), result["peak_mb"]),
        # What the child process did, without export and waiting.
        "compared_in": round(result["load_seconds"] + result["compare_seconds"], 2),
    }
    _next(row, Step.DECIDE, figures=row.figures)


def _decide(row: Run) -> None:
    folder = feeding.folder_of(row)
    if not (folder / child.RARITIES).exists():
        # Another machine compared, or somebody tidied up.
        _next(row, Step.COMPARE)
        return
    row.figures |= deciding.write(row, folder)
    _keep(row, figures=row.figures)
    row.figures |= deciding.join(row, current_settings(), watch=lambda done, total: _hold(row, done, total))
    feeding.close_folder(row)
    _end(row, Step.DONE)


STEPS: dict[str, Callable[[Run], None]] = {
    Step.STANDARDISE: _standardise,
    Step.TRAIN: _train,
    Step.COMPARE: _compare,
    Step.DECIDE: _decide,
}


def current_settings() -> Settings:
    return Settings.objects.first() or Settings()


def _exported(row: Run) -> Path:
    folder = feeding.folder_of(row)
    if not (folder / child.RECORDS).exists():
        folder = feeding.open_folder(row)
        feeding.export(folder)
    return folder


def _keep(row: Run, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    Run.objects.filter(pk=row.pk).update(lease_until=timezone.now() + LEASE, **values)


def _hold(row: Run, done: int = 0, total: int = 0) -> None:
    _keep(row, done=done, total=total)


def _next(row: Run, step: str, **values: object) -> None:
    _keep(row, step=step, done=0, total=0, **values)


def _fail(row: Run, reason: str) -> None:
    feeding.close_folder(row)
    _keep(row, reason=reason)
    _end(row, Step.FAILED)


def _end(row: Run, step: str) -> None:
    row.step, row.finished_at = step, timezone.now()
    Run.objects.filter(pk=row.pk).update(step=step, finished_at=row.finished_at, lease_until=None)
