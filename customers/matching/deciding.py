"""What a run found becomes pairs to decide, and those that may be joined by themselves are handed on."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from math import log2
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Count

from customers.identity.models import Profile
from customers.matching import feeding, gates, working
from customers.matching.clustering import Edge, Group, Union
from customers.matching.models import Pair, Record, Run, Settings, Weights
from customers.models import Customer

Watch = Callable[[int, int], None]
# Gives pairs of customers who are never to be one.
Apart = Callable[[], Iterable[tuple[int, int]]]
T = TypeVar("T")
# So many pairs are handed on at once, between two looks at the lease.
AT_ONCE = 50
READ_AT_ONCE = 20_000

# Open pairs are told what is believed now. One that somebody decided comes back only when the data changed.
WRITE = """
    WITH written AS (
        INSERT INTO matching_pair AS pair (
            low_id, high_id, bits, reasons, prior, is_sure, is_vetoed, weights_id,
            found, found_at, digest, state)
        SELECT low, high, bits, reasons, %s, is_sure, is_vetoed, %s, 'run', clock_timestamp(), digest, 'open'
        FROM matching_found
        JOIN customers_customer AS one ON one.id = low AND one.deleted_at IS NULL
        JOIN customers_customer AS other ON other.id = high AND other.deleted_at IS NULL
        ON CONFLICT (low_id, high_id) DO UPDATE
        SET bits = excluded.bits, reasons = excluded.reasons, prior = excluded.prior,
            is_sure = excluded.is_sure, is_vetoed = excluded.is_vetoed, weights_id = excluded.weights_id,
            digest = excluded.digest, state = 'open', decided_by_id = NULL, decided_at = NULL
        WHERE pair.state = 'open' AND (pair.bits <> excluded.bits OR pair.digest <> excluded.digest)
           OR pair.state = 'apart' AND pair.digest <> '' AND pair.digest <> excluded.digest
        RETURNING xmax = 0 AS is_new)
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""
# A decision on a pair that nobody had described holds for the data as they are now.
STAMP = """
    UPDATE matching_pair AS pair SET digest = found.digest FROM matching_found AS found
    WHERE pair.low_id = found.low AND pair.high_id = found.high AND pair.state = 'apart' AND pair.digest = ''
"""
GONE = """
    SELECT id FROM matching_pair AS pair
    WHERE state = 'open' AND found IN ('run', 'change') AND found_at < %s AND NOT EXISTS
        (SELECT FROM matching_found AS found WHERE found.low = pair.low_id AND found.high = pair.high_id)
"""

_apart_sources: list[Apart] = []


def register_apart(source: Apart) -> None:
    """Called in `AppConfig.ready()` by whoever keeps what people said are not the same."""
    _apart_sources.append(source)


@transaction.atomic
def write(run: Run, folder: Path) -> dict[str, Any]:
    """The figures of what was found."""
    feeding.stage_pairs(folder)
    feeding.take_rarities(folder)
    prior = _prior(run)
    with connection.cursor() as cursor:
        cursor.execute(STAMP)
        cursor.execute(WRITE, [prior, run.weights_id])
        new, changed = cursor.fetchone()
        cursor.execute(GONE, [run.started_at])
        gone = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM matching_found")
        ((pairs,),) = cursor.fetchall()
    for some in _slices(gone, 1000):
        Pair.objects.filter(pk__in=some).delete()
    return {"pairs": pairs, "new": new, "changed": changed, "gone": len(gone)}


def join(run: Run, settings: Settings, *, watch: Watch) -> dict[str, Any]:
    """Hands on what may be joined by itself, best first; says how many, or why none."""
    accepted = [] if settings.gate == Settings.Gate.NONE else list(accept(settings))
    most = Customer.objects.present().count() * settings.most / 100
    stopped = ""
    if accepted and not Run.objects.filter(step=Run.Step.DONE).exists():
        stopped = "first"
    elif len(accepted) > most and not run.may_join_many:
        stopped = "many"
    if not stopped:
        for done, some in enumerate(_slices(accepted, AT_ONCE)):
            watch(done * AT_ONCE, len(accepted))
            working.decide(_in_order([edge.pair for edge in some]))
    joined = Pair.objects.filter(pk__in=[edge.pair for edge in accepted], state=Pair.State.JOINED).count()
    review = Pair.objects.open().count()
    return {"would_join": len(accepted), "joined": joined, "review": review, "stopped": stopped}


def accept(settings: Settings) -> Iterator[Edge]:
    """The open pairs that pass the gate, as far as whole groups do not contradict each other."""
    edges = list(_edges(settings))
    customers = sorted(set(chain.from_iterable((edge.low, edge.high) for edge in edges)))
    return Union(_known(customers), apart=_apart(), largest=settings.largest).accept(edges)


def _edges(settings: Settings) -> Iterator[Edge]:
    passes = gates.is_likely if settings.gate == Settings.Gate.LIKELY else gates.is_sure
    rows = Pair.objects.open().filter(bits__gte=settings.join_from, is_vetoed=False).best_first()
    if settings.gate == Settings.Gate.SURE:
        rows = rows.filter(is_sure=True)
    found = rows.values_list("pk", "low_id", "high_id", "reasons").iterator(chunk_size=READ_AT_ONCE)
    for pk, low, high, reasons in found:
        met = {one["field"]: one["level"] for one in reasons}
        if passes(met):
            yield Edge(pk, low, high, same_account=gates.SAME_ACCOUNT.holds(met))


def _known(customers: list[int]) -> dict[int, Group]:
    known = {customer: Group({customer}, profiles=0) for customer in customers}
    for some in _slices(customers, READ_AT_ONCE):
        counted = Profile.objects.filter(customer__in=some).values_list("customer").annotate(Count("pk"))
        for customer, profiles in counted:
            known[customer].profiles = profiles
        rows = Record.objects.filter(customer__in=some)
        for customer, key, family, given, born in rows.values_list(
            "customer_id", "name_key", "family", "given", "born"
        ):
            if family and given:
                known[customer].names.add(key)
            if born:
                known[customer].births.add(born)
    return known


def _apart() -> dict[int, set[int]]:
    apart: dict[int, set[int]] = defaultdict(set)
    for one, other in chain.from_iterable(source() for source in _apart_sources):
        apart[one].add(other)
        apart[other].add(one)
    return apart


def _in_order(pks: list[int]) -> list[Pair]:
    found = Pair.objects.open().select_related("low", "high", "weights").in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _prior(run: Run) -> float:
    weights = Weights.objects.get(pk=run.weights_id or 0)
    chance: float = weights.parameters["probability_two_random_records_match"]
    return log2(chance / (1 - chance))


def _slices(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
