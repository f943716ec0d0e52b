"""Possible duplicates of the demo company: found as they are in real life, a few of them decided already."""

import json
from datetime import datetime, timedelta

from crm.accounts.models import User
from customers.duplicates import deciding
from customers.identity.models import Profile
from customers.matching import pairs, records, working
from customers.matching.model import rescaled
from customers.matching.models import Pair, Record, Run, Weights
from customers.matching.scorer import SHIPPED
from customers.models import Customer

CHUNK, AT_ONCE = 20_000, 500
# Larger bases are compared by a run that somebody starts.
MOST = 20_000
# So many pairs are decided: such as are one customer, and such as are not.
JOINED, REFUSED = 2, 9
LOOKED_AT = 300


def find(*, until: datetime, by: User) -> None:
    last = 0
    while last := records.rebuild(last, CHUNK):
        pass
    numbers = list(Customer.objects.present().order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(numbers) > MOST or Pair.objects.exists():
        return
    known = Record.objects.count()
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    weights = Weights.objects.create(parameters=rescaled(shipped, known), created_at=until)
    for start in range(0, len(numbers), AT_ONCE):
        found = working.find(numbers[start : start + AT_ONCE], ask_from=0)
        pairs.keep(found, Pair.Found.RUN)
    _tell_of_run(weights, until, by)
    _decide(by)


def _tell_of_run(weights: Weights, until: datetime, by: User) -> None:
    number = Pair.objects.count()
    Run.objects.create(
        asked_by=by,
        step=Run.Step.DONE,
        weights=weights,
        started_at=until - timedelta(hours=3),
        finished_at=until - timedelta(hours=3) + timedelta(seconds=9),
        figures={"pairs": number, "new": number, "joined": 0, "review": number},
    )


def _decide(by: User) -> None:
    """A colleague has begun: by what the demo knows of who is who."""
    rows = list(Pair.objects.open().select_related("low", "high").best_first()[:LOOKED_AT])
    meant = dict(
        Profile.objects.filter(customer__in={pk for one in rows for pk in (one.low_id, one.high_id)})
        .order_by("-pk")
        .values_list("customer", "raw__truth")
    )
    same = [one for one in rows if meant.get(one.low_id) == meant.get(one.high_id)]
    other = [one for one in rows if meant.get(one.low_id) != meant.get(one.high_id)]
    for pair in same[:: max(1, len(same) // JOINED)][:JOINED]:
        deciding.join([pair.low, pair.high], pair.low, by=by, winners={})
    for pair in other[:: max(1, len(other) // REFUSED)][:REFUSED]:
        deciding.refuse(pair, by=by)
