"""Compares the whole base in chunks. Runs in the child process only."""

from collections.abc import Callable
from pathlib import Path

from customers.matching import gates
from customers.matching.engine import Engine, linker
from customers.matching.levels import BY_FIELD, HANDLES, HOT, RARITY
from customers.matching.model import KEYS, Parameters, chances, ready, share_of_all

# So many records are held against all others at once: what bounds the memory.
CHUNK = 1_500_000
Progress = Callable[[int, int], None]


def compare(engine: Engine, parameters: Parameters, *, ask_from: float, progress: Progress) -> int:
    """Fills the table `pair`: the best comparison of each two customers. Returns how many there are."""
    keys = KEYS + engine.wide_keys()
    asked = linker(engine, ready(parameters, keys), "record")
    ((records,),) = engine.rows("select count(*) from record")
    chunks = max(1, -(-records // CHUNK))
    for chunk in range(1, chunks + 1):
        found = asked.inference.predict_chunk(
            left_chunk=(chunk, chunks), right_chunk=(1, 1), threshold_match_weight=ask_from
        )
        verb = "create table raw_pair as" if chunk == 1 else "insert into raw_pair"
        engine.run(f"{verb} {_judged(found.physical_name)}")
        found.drop_table_from_database_and_remove_from_cache()
        progress(chunk, chunks)
    engine.run(
        "create table pair as select distinct on (low, high) * from raw_pair order by low, high, bits desc"
    )
    ((pairs,),) = engine.rows("select count(*) from pair")
    return int(pairs)


def write_pairs(engine: Engine, file: Path) -> None:
    engine.run(
        "create table digest as select customer, md5(string_agg(said, '' order by said)) said from record "
        "where customer in (select low from pair union all select high from pair) group by customer"
    )
    engine.run(
        "copy (select pair.*, md5(one.said || other.said) from pair join digest one on one.customer = low "
        f"join digest other on other.customer = high) to '{file}' (format csv, header false)"
    )


def write_rarities(engine: Engine, parameters: Parameters, file: Path) -> None:
    """Column, value and share of what more than two have; with an empty value, of what others do not have.

    Also of the handles that too many carry, which were left empty.
    """
    total = "(select greatest(1, count(distinct profile)) from record)"
    parts = [f"select '{HOT}{one}', value, holders / {total} from {HOT}{one}" for one in HANDLES]
    for column, chance in chances(parameters).items():
        rare = share_of_all(column, chance, others="0")
        parts.append(
            f"select '{column}', {column}, tf_{column} from rarity_{column} where tf_{column} > {rare}"
        )
        parts.append(f"select '{column}', '', {rare}")
    engine.run(f"copy ({' union all '.join(parts)}) to '{file}' (format csv, header false, force_quote *)")


def _judged(table: str) -> str:
    """What Splink found, in our words: the levels met, what each weighs, and which gates they pass."""
    levels = ", ".join(f"{_level(field)} level_{field}" for field in BY_FIELD)
    met = "level_{}".format
    passed = ", ".join(gates.sql(one, met) for one in (gates.SURE, gates.LIKELY, gates.VETOED))
    listed = ", ".join(_reason(field) for field in BY_FIELD)
    reasons = f"to_json(list_filter([{listed}], lambda one: one.level is not null))"
    return (
        "select least(customer_l, customer_r) low, greatest(customer_l, customer_r) high, "
        f"round(match_weight, 4) bits, {reasons} reasons, {passed} from (select *, {levels} from {table})"
    )


def _level(field: str) -> str:
    slugs = list(BY_FIELD[field].levels)
    cases = " ".join(f"when {len(slugs) - 1 - place} then '{slug}'" for place, slug in enumerate(slugs))
    return f"case gamma_{field} {cases} end"


def _reason(field: str) -> str:
    rarity = f"mw_tf_adj_{field}" if set(BY_FIELD[field].levels) & set(RARITY) else "0"
    return (
        f"{{'field': '{field}', 'level': level_{field}, 'bits': round(mw_{field} + {rarity}, 2), "
        f"'rarity': round({rarity}, 2)}}"
    )
