"""Adds up what customers bought, scores them and groups them, by the product's own verbs."""

from django.db import connection

from crm.accounts.models import User
from crm.demo.words.mailings import SEGMENTS
from customers.models import SearchDocument
from customers.orders import rollups
from segments import membership, services
from segments.grouping import running as grouping
from segments.grouping import services as likening
from segments.models import MEMBER, Segment
from segments.movement import digesting
from segments.predicting import running as predictions
from segments.recommending import running as recommending
from segments.scoring import running

SIMILAR = "相似客户"


def add_up() -> None:
    """The rollups of everybody: every customer has a search document, so its table names them all."""
    with connection.cursor() as cursor:
        rollups.refresh(cursor, SearchDocument._meta.db_table)
        cursor.execute("ANALYZE orders_rollup")


def score(*, by: User) -> None:
    run = running.queue(by=by)
    if run:
        running.run(run.pk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE scoring_score")
    digesting.sweep()
    learning = recommending.queue(by=by)
    if learning:
        recommending.run(learning.pk)
    grouped = grouping.queue(by=by)
    if grouped:
        grouping.run(grouped.pk)
    foretold = predictions.queue(by=by)
    if foretold:
        predictions.run(foretold.pk)


def look_back() -> None:
    """A year of months, and who moved since."""
    digesting.sweep()


def group(*, by: User) -> dict[str, Segment]:
    """The company's segments by name, with their members."""
    made: dict[str, Segment] = {}
    for one in SEGMENTS:
        segment = Segment.objects.filter(name=one.name).first() or Segment(name=one.name)
        segment.description = one.description
        inside = [{"fact": MEMBER, "op": "any_of", "value": [made[name].pk]} for name in one.inside]
        services.save(segment, {"match": "all", "rules": [*inside, *one.rules]}, by=by)
        made[one.name] = segment
    membership.sweep()
    first = next(iter(made.values()))
    asked = likening.look_for(first, name=SIMILAR, wanted=50, by=by)
    grouping.find(asked.pk)
    return made
