"""Customers like those of a segment: what sets its members apart is learnt from them and as many others, and
everybody else is scored by it. A logistic regression over the same features as the natural groups."""

from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from crm.lib.errors import Refused
from segments import services
from segments.grouping.clustering import SEED, Scale
from segments.grouping.features import PARTS, Floats, Reader
from segments.grouping.models import Lookalike
from segments.leasing import Held
from segments.models import PICKED, Segment

MOST = 20_000
FEWEST = 20
# A quarter of both is held back to judge by.
TEST = 0.25
REASONS = 5
PICK = """
    INSERT INTO segments_pick (segment_id, customer_id, added_by_id, added_at)
    SELECT %s, customer.id, %s, now() FROM unnest(%s::bigint[]) AS chosen (id)
    JOIN customers_customer AS customer USING (id) WHERE deleted_at IS NULL ON CONFLICT DO NOTHING
"""


def find(held: Held[Lookalike], customers: int) -> None:
    reader = Reader.at(held.as_of)
    members = held.row.segment.memberships.values_list("customer", flat=True)
    inside = set(members)
    mine = reader.of(list(members.order_by("customer")[:MOST])).values
    held.step(20)
    part = PARTS if customers <= MOST else max(1, PARTS * MOST // customers)
    sample = reader.sample(part, MOST)
    others = sample.values[[pk not in inside for pk in sample.customers.tolist()]]
    if min(len(mine), len(others)) < FEWEST:
        held.finish(report={"problem": "too_few"})
        return
    scale = Scale.of(np.vstack([mine, others]))
    model, quality = _learn(scale.apply(mine), scale.apply(others))
    held.step(40)
    found = _best(held, reader, inside, lambda values: model.decision_function(scale.apply(values)))
    weights = sorted(zip(reader.names, model.coef_[0].tolist(), strict=True), key=lambda one: -abs(one[1]))
    report = {"auc": quality, "members": len(mine), "reasons": weights[:REASONS]}
    _publish(held, found, report)


def _learn(mine: Floats, others: Floats) -> tuple[LogisticRegression, float]:
    """The model, learnt from all, and how often one learnt from a part ranks a member above another."""
    values = np.vstack([mine, others])
    truth = np.repeat([1, 0], [len(mine), len(others)])
    halves = train_test_split(values, truth, test_size=TEST, random_state=SEED, stratify=truth)
    trained = _model().fit(halves[0], halves[2])
    quality = float(roc_auc_score(halves[3], trained.decision_function(halves[1])))
    return _model().fit(values, truth), quality


def _model() -> LogisticRegression:
    return LogisticRegression(max_iter=500, class_weight="balanced")


def _best(held: Held[Lookalike], reader: Reader, inside: set[int], score: Any) -> list[int]:
    """The best of everybody else, keeping no more than are wanted at any time."""
    keys, scores = np.zeros(0, np.int64), np.zeros(0)
    for piece in reader.everybody():
        new = np.array([pk not in inside for pk in piece.customers.tolist()], bool)
        if new.any():
            keys = np.concatenate([keys, piece.customers[new]])
            scores = np.concatenate([scores, score(piece.values[new])])
            best = np.lexsort((keys, -scores))[: held.row.wanted]
            keys, scores = keys[best], scores[best]
        held.step(60)
    return [int(pk) for pk in keys]


@transaction.atomic
def _publish(held: Held[Lookalike], found: list[int], report: dict[str, Any]) -> None:
    asked = held.row
    if asked.asked_by is None:
        raise Refused(_("Whoever asked for this is no longer here."))
    made = Segment(name=asked.name, created_by=asked.asked_by, rule={"match": "all", "rules": []})
    # Its rule asks for its own number, which it has only once it is stored.
    made.save()
    with connection.cursor() as cursor:
        cursor.execute(PICK, [made.pk, asked.asked_by.pk, found])
    tree = {"match": "all", "rules": [{"fact": PICKED, "op": "any_of", "value": [made.pk]}]}
    services.save(made, tree, by=asked.asked_by)
    held.finish(found=made, report=report | {"found": len(found)})
