"""Finding who is one: on people whose truth is known, beside other tools on the same records.

Pairs are counted, not people. Precision: of the pairs that were said to be one, how many are; recall: of all
true pairs, how many were said.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import combinations, count
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import connection

from crm.bench import clerks, crowd, rivals
from crm.bench.harness import Baseline, Result, bench, say, spread, timed
from crm.lib.copying import copy
from customers.identity.models import Identity, Profile
from customers.matching import candidates, deciding, feeding, records, running, saying
from customers.matching.models import Pair, Run, Settings
from customers.matching.standard import Said, standardise
from customers.models import Customer

FEBRL = Path(os.environ.get("FEBRL", settings.BASE_DIR / "../shared/data/febrl"))
# So many customers are looked up one by one, and so many pairs compared with what the run said of them.
ASKED, AGREED = 20_000, 10_000
SHOWN = {Identity.Kind.OPENID: "openid", Identity.Kind.CARD: "card", Identity.Kind.VISITOR: "visitor"}
TOLD = ("name", "phone", "email", "birthday", "gender", "country", "region", "city", "address")
RIVALS_NAMED = {
    "splink": "bare Splink, our model, from 0 bits",
    "tutorial": "Splink as in its tutorial",
    "recordlinkage": "recordlinkage, ECM",
    "dedupe": "dedupe, 100 answers",
}
Truth = Mapping[int, str]
Found = Iterable[tuple[int, int]]


@bench("identity", rows=100_000)
def identity(rows: int) -> Iterator[Result]:
    if Customer.objects.exists():
        say("There are customers in this database already, whose truth nobody knows: nothing is measured.")
        return
    for number in (1, 2, 3):
        path = FEBRL / f"dataset{number}.csv"
        if path.exists():
            yield from _measure(f"febrl{number}", _febrl(path))
        else:
            say(f"FEBRL's set {number} is not there.")
    yield from _measure("households", _households(rows))


def _measure(name: str, people: Iterable[tuple[str, Said]]) -> Iterator[Result]:
    say(f"Filling the base: {name} …")
    truth = _fill(people)
    run = running.queue(by=None)
    if run is None:
        raise RuntimeError("A matching is under way in this database.")
    with tempfile.TemporaryDirectory() as folder:
        running.run(run.pk, seconds=float("inf"))
        run.refresh_from_db()
        if run.step != Run.Step.DONE:
            raise RuntimeError(f"The run is {run.step}: {run.reason}")
        yield _judged(f"{name}, whole base, from 0 bits", truth, _pairs(), run)
        yield _judged(f"{name}, whole base, from 7 bits", truth, _pairs(7))
        yield _judged(f"{name}, joined by itself", truth, _joined())
        yield from _one_by_one(name, truth)
        yield from _rivals(name, truth, Path(folder), run)
    _empty()


def _households(rows: int) -> Iterator[tuple[str, Said]]:
    dice = Random(1)
    for one in crowd.write_down(dice, crowd.meet(rows), rows):
        yield str(one.number), clerks.note(dice, one)[1]


def _febrl(path: Path) -> Iterator[tuple[str, Said]]:
    """People of Australia, mistyped. Without their social security number, which would say it all."""
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            told = {key.strip(): (value or "").strip() for key, value in row.items()}
            address = f"{told['street_number']} {told['address_1']} {told['address_2']}".strip()
            yield (
                told["rec_id"].split("-")[1],
                Said(
                    name=f"{told['given_name']} {told['surname']}".strip(),
                    birthday=told["date_of_birth"],
                    country="AU",
                    region=told["state"],
                    city=told["suburb"],
                    address=address,
                ),
            )


def _fill(people: Iterable[tuple[str, Said]]) -> Truth:
    """A customer with one profile for each record; who is meant stays with us."""
    written = list(enumerate(people, 1))
    said = [(pk, one) for pk, (_person, one) in written]
    with connection.cursor() as cursor:
        for table, columns, lines in (
            (Customer, CUSTOMER, _customers(said)),
            (Profile, PROFILE, _profiles(said)),
            (Identity, IDENTITY, _identities(said)),
        ):
            copy(cursor, table._meta.db_table, columns, lines)
        cursor.execute("VACUUM (ANALYZE)")
    return {pk: person for pk, (person, _one) in written}


def _customers(said: Iterable[tuple[int, Said]]) -> Iterator[tuple[object, ...]]:
    silent = [""] * len(EMPTY)
    for pk, one in said:
        yield (pk, "person", one.name or "?", *silent, "{}", "f", NOW, NOW, NOW, 1)


def _profiles(said: Iterable[tuple[int, Said]]) -> Iterator[tuple[object, ...]]:
    return ((pk, pk, "bench", str(pk), _raw(one), NOW, NOW) for pk, one in said)


def _identities(said: Iterable[tuple[int, Said]]) -> Iterator[tuple[object, ...]]:
    """Each in a scope of its own: as several shops have the same card, and do not know of each other."""
    numbers = count(1)
    for pk, one in said:
        for kind, field in SHOWN.items():
            if value := getattr(one, field):
                yield (next(numbers), pk, kind, str(pk), value, "bench", 100, NOW, NOW)


# Columns of a customer that must be there and say nothing.
EMPTY = (
    "company", "job_title", "phone", "email", "gender", "country", "province", "city", "address", "postcode",
    "language", "preferred_channel", "source",
)  # fmt: skip


NOW = "2026-01-01 00:00:00+00"
CUSTOMER = (
    "id", "kind", "name", *EMPTY, "tags", "restricted", "created_at", "updated_at", "touched_at", "version"
)  # fmt: skip
PROFILE = ("id", "customer_id", "source", "source_key", "raw", "first_seen_at", "last_seen_at")
IDENTITY = (
    "id", "profile_id", "kind", "scope", "value", "source", "confidence", "first_seen_at", "last_seen_at"
)  # fmt: skip


def _raw(said: Said) -> str:
    told = {key: value for key, value in asdict(said).items() if key in TOLD and value}
    told["province"] = told.pop("region", "")
    return json.dumps(told, ensure_ascii=False)


def _empty() -> None:
    """Only what this benchmark filled: it refuses a database with customers in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE customers_customer, matching_weights, matching_run, matching_frequency CASCADE"
        )


def _pairs(bits: float = -99) -> Found:
    return Pair.objects.filter(bits__gte=bits).values_list("low_id", "high_id").iterator()


def _joined() -> Found:
    """Every two that would be one after the automatic joins: also those over a third."""
    groups: dict[int, set[int]] = {}
    for edge in deciding.accept(Settings(gate=Settings.Gate.SURE)):
        one, other = groups.get(edge.low, {edge.low}), groups.get(edge.high, {edge.high})
        together = one | other
        for member in together:
            groups[member] = together
    for group in {id(one): one for one in groups.values()}.values():
        yield from combinations(sorted(group), 2)


def _judged(name: str, truth: Truth, found: Found, run: Run | None = None, among: int = 0) -> Result:
    pairs = set(found)
    right = sum(truth[one] == truth[other] for one, other in pairs)
    real = among or _true_pairs(truth)
    precision, recall = right / max(1, len(pairs)), right / max(1, real)
    f1 = 2 * right / max(1, len(pairs) + real)
    result = Result(f"identity, {name}", len(truth), precision=precision, recall=recall, f1=f1)
    if run is None:
        return result
    seconds = sum(run.figures["seconds"].values())
    say(f"{name}: {json.dumps(run.figures)}")
    told = asdict(result) | {
        "seconds": seconds,
        "rate": len(truth) / seconds,
        "unit": "customers/s",
        "peak_mb": run.figures["peak_mb"],
    }
    return Result(**told)


def _true_pairs(truth: Truth) -> int:
    return sum(many * (many - 1) // 2 for many in Counter(truth.values()).values())


def _one_by_one(name: str, truth: Truth) -> Iterator[Result]:
    """Customers looked up as if they were new or changed: keys written anew, candidates found and weighed."""
    chosen = Random(2).sample(sorted(truth), min(ASKED, len(truth)))
    spent: list[float] = []
    found: dict[tuple[int, int], float] = {}
    for pk in chosen:
        standards = [standardise(said) for word in saying.of([pk]) for said in word.said]
        with timed() as watch:
            records.refresh([pk])
            answer = candidates.like(standards, beside=[pk], kind="person")
        spent.append(watch.seconds * 1000)
        found |= {(min(pk, one.customer_pk), max(pk, one.customer_pk)): one.scored.bits for one in answer}
    people = defaultdict(list)
    for pk, person in truth.items():
        people[person].append(pk)
    asked = set(chosen)
    real = sum(
        1 for members in people.values() for pair in combinations(members, 2) if asked.intersection(pair)
    )
    judged = _judged(
        f"{name}, one by one, from 0 bits",
        truth,
        (pair for pair, bits in found.items() if bits >= 0),
        among=real,
    )
    p50, p95 = spread(spent)
    p99 = sorted(spent)[min(len(spent) - 1, int(len(spent) * 0.99))]
    yield Result(**asdict(judged) | {"p50_ms": p50, "p95_ms": p95, "p99_ms": p99})
    known = {(low, high): bits for low, high, bits in Pair.objects.values_list("low_id", "high_id", "bits")}
    both = [pair for pair in found if pair in known][:AGREED]
    worst = max((abs(found[pair] - known[pair]) for pair in both), default=0.0)
    yield Result(f"identity, {name}, one by one against whole base", len(both), difference=worst)


def _rivals(name: str, truth: Truth, folder: Path, run: Run) -> Iterator[Result]:
    """The same records, matched by others."""
    parameters = run.weights.parameters if run.weights else {}
    feeding.export(folder)
    feeding.order(ask_from=0.0).write(folder)
    (folder / rivals.MODEL).write_text(json.dumps(parameters), encoding="utf-8")
    (folder / rivals.TRUTH).write_text(json.dumps(truth), encoding="utf-8")
    for rival, title in RIVALS_NAMED.items():
        if not rivals.is_installed(rival):
            say(f"{rival} is not installed.")
        elif len(truth) > rivals.MOST.get(rival, len(truth)):
            say(f"{rival} is left out: {len(truth):,} records are too many for it.")
        else:
            result = _rival(rival, f"{name}, {title}", truth, folder)
            yield result
            if rival == "splink" and result.seconds:
                ours = run.figures["compared_in"]
                yield Result(
                    f"identity, {name}, compare step",
                    len(truth),
                    ours,
                    len(truth) / ours,
                    "customers/s",
                    Baseline("bare Splink", len(truth) / result.seconds),
                    result.seconds / ours,
                )


def _rival(rival: str, name: str, truth: Truth, folder: Path) -> Result:
    say(f"{name} …")
    command = [sys.executable, "-m", rivals.__name__, rival, str(folder)]
    subprocess.run(command, cwd=settings.BASE_DIR, check=True, stdout=subprocess.DEVNULL)
    with (folder / rivals.PAIRS).open(encoding="utf-8") as file:
        found = [(int(one), int(other)) for one, other in csv.reader(file)]
    cost = json.loads((folder / rivals.RESULT).read_text(encoding="utf-8"))
    judged = _judged(name, truth, ((min(pair), max(pair)) for pair in found))
    return Result(**asdict(judged) | cost)
