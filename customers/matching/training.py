"""Learns the weights without labels, the tight way. Runs in the child process only.

The usual recipe looks at pairs with the same phone to learn what else agrees, and so learns that a household
is one person. Here chances of agreeing are learnt from pairs that are nearly all true (one account, or a
contact and the whole name), and chances of agreeing by accident are counted where names conflict.
"""

from contextlib import suppress
from typing import Any

from customers.matching import model
from customers.matching.engine import Engine, linker
from customers.matching.levels import COUNTED
from customers.matching.model import Parameters

# So many records teach as much as all of them.
SAMPLE = 200_000
RANDOM_PAIRS = 5e6
# Pairs that agree in these are one person nearly always; how many of all they are is a guess that suffices.
CERTAIN = (("phone", "name_key"), ("email", "name_key"), ("openid",))
FOUND_BY_CERTAIN = 0.5
TRUE_BLOCKS = (("openid",), ("phone", "name_key"), ("email", "name_key"), ("name_key", "born"))
# What a true pair agrees in so often, where the base is too small to show it.
USUAL = {
    "same_email_two_names": 0.05,
    "same_email_shared": 0.03,
    "same_card_two_names": 0.04,
    "same_card_shared": 0.005,
    "same_visitor_two_names": 0.04,
    "same_visitor_shared": 0.005,
    "near_phone": 0.02,
    "near_email": 0.02,
    "same_mailbox": 0.02,
    "same_number": 0.95,
}
RARE, SELDOM = 1e-6, 0.01
# A slip of the finger meets a stranger's number this seldom.
BY_A_SLIP = 3e-7
SLIPS = ("near_phone", "near_email", "same_mailbox")
# Nothing is impossible: people move, clerks mistype. A conflict weighs about 5 bits at most.
CONFLICT_AT_LEAST = {"place": 0.1, "gender": 0.03}
# A value on which three names stand is evidence of a household, not of a person.
SHARED_BITS = 3
SHARED = tuple(f"same_{one}_shared" for one in COUNTED)


def learn(engine: Engine) -> Parameters:
    """The model for the records in the engine's table `sample`."""
    drawn = linker(engine, model.settings(), "sample")
    drawn.training.estimate_probability_two_random_records_match(
        [_same(block) for block in CERTAIN], recall=FOUND_BY_CERTAIN
    )
    drawn.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=1)
    by_chance = _with_counted_chances(drawn.misc.save_model_to_json(), engine)
    trained = linker(engine, by_chance, "sample")
    for block in TRUE_BLOCKS:
        if _pairs(engine, block):
            # A level that hardly ever occurs may fall below what Splink can hold: this block teaches nothing.
            with suppress(ValueError):
                trained.training.estimate_parameters_using_expectation_maximisation(_same(block))
    return _finished(trained.misc.save_model_to_json(), by_chance)


def _same(columns: tuple[str, ...]) -> str:
    return " and ".join(f"l.{one} = r.{one}" for one in columns)


def _pairs(engine: Engine, columns: tuple[str, ...]) -> int:
    listed = ", ".join(columns)
    known = " and ".join(f"{one} is not null" for one in columns)
    ((found,),) = engine.rows(
        f"select coalesce(sum(n * (n - 1) / 2), 0) from "
        f"(select count(*) n from sample where {known} group by {listed})"
    )
    return int(found)


def _with_counted_chances(drawn: Parameters, engine: Engine) -> Parameters:
    ((records,),) = engine.rows("select count(*) from sample")
    counted = {field: _shared_by_strangers(engine, field) for field in COUNTED}
    for field, place, level in _levels(drawn):
        level.pop("m_probability", None)
        if place < 3 and field in counted:
            level["u_probability"] = counted[field][place]
        elif level["label_for_charts"] in ("same_openid", "same_number"):
            level["u_probability"] = 0.1 / records**2
        elif level["label_for_charts"] in SLIPS:
            level["u_probability"] = BY_A_SLIP
    return drawn


def _shared_by_strangers(engine: Engine, field: str) -> list[float]:
    """How often two records share a value by accident: known of those whose whole names conflict."""
    known = f"from sample where {field} is not null and family is not null and given is not null"
    found = engine.rows(
        f"""with holders as (select {field} v, any_value({field}_names) names, count(*) n {known} group by 1),
            alike as (select v, sum(c * (c - 1) / 2) same
                      from (select {field} v, name_key, count(*) c {known} group by 1, 2) group by 1)
            select least(names, 3), sum(n * (n - 1) / 2 - same)
            from holders join alike using (v) group by 1"""
    )
    ((records,),) = engine.rows(f"select count(*) {known}")
    pairs = max(1.0, records * (records - 1) / 2)
    conflicts = {int(names): max(0.5, float(number)) for names, number in found}
    two, many = conflicts.get(2, 0.5), conflicts.get(3, 0.5)
    return [max(one, 0.01) / pairs for one in (two / 3, two, many)]


def _finished(trained: Parameters, by_chance: Parameters) -> Parameters:
    """Nothing is left unknown, impossible or overweighed."""
    chances = {(field, place): level.get("u_probability") for field, place, level in _levels(by_chance)}
    for field, place, level in _levels(trained):
        slug = level["label_for_charts"]
        is_conflict = level["sql_condition"] == model.ELSE
        chance = chances[field, place]
        level["u_probability"] = chance if isinstance(chance, float) else (0.99 if is_conflict else RARE)
        agreeing = level.get("m_probability")
        if not isinstance(agreeing, float):
            agreeing = USUAL.get(slug, SELDOM)
        least = CONFLICT_AT_LEAST.get(field, 0.02) if is_conflict else 0.001
        level["m_probability"] = min(0.999, max(least, agreeing))
        if slug in SHARED:
            level["m_probability"] = min(level["m_probability"], level["u_probability"] * 2**SHARED_BITS)
    return trained


def _levels(parameters: Parameters) -> list[tuple[str, int, dict[str, Any]]]:
    found = []
    for comparison in parameters["comparisons"]:
        levels = [one for one in comparison["comparison_levels"] if not one.get("is_null_level")]
        found += [(comparison["output_column_name"], place, one) for place, one in enumerate(levels)]
    return found
