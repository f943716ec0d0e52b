"""The scorer gives the bits that Splink gives, and the gates mean the same in Python and in SQL."""

import json
import random
from itertools import combinations
from typing import Any

import pytest
from django.db import connection

from customers.matching import gates, model, scorer
from customers.matching.candidates import Side
from customers.matching.frequencies import of
from customers.matching.levels import BY_FIELD, COUNTED, RARITY
from customers.matching.standard import COLUMNS, Said, standardise

PARAMETERS = json.loads(scorer.SHIPPED.read_text(encoding="utf-8"))
NAMES = [
    *(
        "王小明",
        "王晓明",
        "王明",
        "王先生",
        "小明",
        "Xiaoming Wang",
        "李小明",
        "欧阳娜娜",
        "Anna Schmidt",
        "Ann Schmidt",
    ),
    *(
        "A. Schmidt",
        "Anna Schmitt",
        "Bob Schmidt",
        "Anna",
        "Mr Schmidt",
        "上海华兴贸易有限公司",
        "Acme Ltd",
        "无",
        "",
    ),
]
POOLS = {
    "phone": ["+8613812345679", "+8613912345670", "+8618655550001", "+8613812345678", ""],
    "email": ["ming@a.com", "ming@b.com", "wang.ming@a.com", "wang.ming@b.com", "wang.ning@b.com", ""],
    "birthday": ["1985-03-08", "1985-08-03", "1986-03-08", "1977-11-30", ""],
    "gender": ["male", "female", ""],
    "city": ["上海", "杭州", "Blacktown", "Blakctown", "Bristol", ""],
    "address": [
        *("南京路1号", "解放路1号", "解放路22号301", "12 Coghill Close", "12 Coghil Close", ""),
        *("14 Coghill Close Bay City Plaza", "12 Elm St", "14 Elm Rd", "14 Élysée Crescent"),
    ],
    "openid": ["openid:a", "openid:b", "", ""],
    "card": ["20000001", "20000003", "20000005", ""],
    "visitor": ["v1", "v2", "v3", ""],
    "number": ["11010519491231002X", "91350100M000100Y43", "", ""],
}
SHARES = {
    ("han", "王小明"): 0.01,
    ("name_key", "wang xiaoming"): 0.02,
    ("address", ""): 0.0001,
    ("han", ""): 0.001,
}


@pytest.fixture(scope="module")
def sides() -> list[Side]:
    draw = random.Random(7)
    made = []
    for pk in range(150):
        told: dict[str, Any] = {name: draw.choice(pool) for name, pool in POOLS.items()}
        said = Said(name=draw.choice(NAMES), **told)
        standard = standardise(said)
        # As counted in the whole base: the same for all records with the value.
        columns: dict[str, Any] = {one: getattr(standard, one) for one in COLUMNS}
        columns |= {f"{one}_names": 1 + POOLS[one].index(getattr(said, one)) % 3 for one in COUNTED}
        made.append(Side(pk, "person", **columns))
    return made


@pytest.mark.slow
def test_every_pair_weighs_what_splink_says(sides: list[Side]) -> None:
    frequency = of(SHARES)
    ours = scorer.Scorer(PARAMETERS, frequency)
    theirs = _weights_of_splink(sides)
    met = set()
    for one, other in combinations(sides, 2):
        scored = ours.score(one, other)
        assert scored.bits == pytest.approx(theirs[one.customer_pk, other.customer_pk], abs=1e-9)
        met |= {(reason["field"], reason["level"]) for reason in scored.reasons}
    every = {(field, level) for field, known in BY_FIELD.items() for level in known.levels}
    assert met == every


def test_reasons_and_the_prior_add_up_to_the_score(sides: list[Side]) -> None:
    scored = scorer.Scorer(PARAMETERS, of(SHARES)).score(sides[0], sides[1])
    assert scored.prior + sum(one["bits"] for one in scored.reasons) == pytest.approx(scored.bits, abs=0.1)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (("Blacktown", "12 Coghill Close"), ("Leeds", "12 Coghil Close"), "near_address"),
        (("Blacktown", "12 Coghill Close"), ("Leeds", "12 Coghill Close Bay City Plaza"), "near_address"),
        (("Blacktown", "12 Coghill Close"), ("Leeds", "14 Coghill Close"), "other_place"),
        (("Blacktown", "12 Coghill Close"), ("Blakctown", "14 Coghill Close"), "same_city"),
        (("Blacktown", "12 Coghill Close"), ("Blakctown", "12 Station Road"), "other_place"),
        (("Blacktown", "12 Elm St"), ("Leeds", "12 Elms St"), "other_place"),
        (("广州", "中山路12号"), ("杭州", "中山路14号"), "other_place"),
        (("广州", "中山东路12号"), ("杭州", "中山路12号"), "other_place"),
    ],
)
def test_a_mistyped_address_is_near_and_another_town_is_not(
    one: tuple[str, str], other: tuple[str, str], level: str
) -> None:
    sides = []
    for city, address in (one, other):
        standard = standardise(Said(name="Anna Schmidt", city=city, address=address))
        sides.append(Side(1, "person", **{column: getattr(standard, column) for column in COLUMNS}))
    reasons = scorer.of(None).score(*sides).reasons
    assert {reason["field"]: reason["level"] for reason in reasons}["place"] == level


def test_what_both_leave_open_weighs_nothing() -> None:
    nothing: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    nobody = Side(1, "", **nothing)
    scored = scorer.of(None).score(nobody, nobody)
    assert (scored.reasons, scored.bits, scored.is_sure, scored.is_vetoed) == ([], scored.prior, False, False)


def test_agreeing_on_a_rare_name_says_more() -> None:
    wang, rare = (standardise(Said(name=name)) for name in ("王小明", "邸云鹤"))
    common = scorer.Scorer(PARAMETERS, of({("han", wang.han): 0.01, ("han", ""): 1e-6}))

    def bits(standard: Any) -> float:
        side = Side(1, "", **{one: getattr(standard, one) for one in COLUMNS})
        return common.score(side, side).bits

    assert bits(rare) - bits(wang) == pytest.approx(13.29, abs=0.01)


def test_a_model_with_other_levels_is_refused() -> None:
    broken = json.loads(json.dumps(PARAMETERS))
    broken["comparisons"][0]["comparison_levels"].pop()
    with pytest.raises(ValueError, match="other levels"):
        scorer.Scorer(broken, of({}))


@pytest.mark.django_db
def test_gates_mean_the_same_in_sql() -> None:
    draw = random.Random(3)
    fields = list(BY_FIELD)
    cases: list[dict[str, str]] = []
    for _case in range(3_000):
        levels = {field: draw.choice([*BY_FIELD[field].levels, "", ""]) for field in fields}
        cases.append({field: level for field, level in levels.items() if level})
    conditions = (gates.SURE, gates.LIKELY, gates.VETOED)
    asked = ", ".join(gates.sql(one, lambda field: f"(met->>'{field}')") for one in conditions)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {asked} FROM jsonb_array_elements(%s) WITH ORDINALITY AS x (met, place) ORDER BY place",
            [json.dumps(cases)],
        )
        answers = cursor.fetchall()
    assert answers == [(gates.is_sure(met), gates.is_likely(met), gates.is_vetoed(met)) for met in cases]
    assert all(0 < sum(column) < len(cases) for column in zip(*answers, strict=True))


@pytest.mark.parametrize(
    ("met", "sure", "vetoed"),
    [
        ({"name": "same_han_name", "phone": "same_phone"}, True, False),
        ({"name": "same_name_key", "born": "same_birthday"}, True, False),
        ({"name": "same_han_name", "phone": "same_phone_two_names"}, True, False),
        ({"name": "same_han_name", "phone": "same_phone_shared"}, False, False),
        ({"name": "same_han_name", "place": "same_address"}, False, False),
        ({"name": "same_han_name", "phone": "same_phone", "born": "other_birthday"}, False, True),
        ({"name": "other_given_name", "phone": "same_phone", "place": "same_address"}, False, True),
        ({"phone": "same_phone", "gender": "other_gender"}, False, True),
        ({"openid": "same_openid", "name": "other_name"}, True, False),
        ({"phone": "same_phone", "email": "same_email"}, False, False),
    ],
)
def test_a_household_is_never_sure(met: dict[str, str], sure: bool, vetoed: bool) -> None:
    assert (gates.is_sure(met), gates.is_vetoed(met)) == (sure, vetoed)


def _weights_of_splink(sides: list[Side]) -> dict[tuple[int, int], float]:
    import duckdb
    import pyarrow as pa
    from splink import DuckDBAPI, Linker

    rows = [
        {"unique_id": one.customer_pk, "customer": one.customer_pk, "kind": "person", "everybody": "x"}
        | {column: getattr(one, column) or None for column in COLUMNS}
        | {f"{column}_names": getattr(one, f"{column}_names") for column in COUNTED}
        for one in sides
    ]
    con = duckdb.connect()
    con.register("given", pa.Table.from_pylist(rows))
    con.execute("create table record as select * from given")
    api = DuckDBAPI(con)
    linker = Linker(api.register("record"), model.ready(PARAMETERS, ("everybody",)), log_level=40)
    for column in set(RARITY.values()):
        values = {getattr(one, column) for one in sides} - {""}
        shares = [{column: value, f"tf_{column}": of(SHARES)(column, value)} for value in values]
        con.register(f"given_{column}", pa.Table.from_pylist(shares))
        con.execute(f"create table rare_{column} as select * from given_{column}")
        known = api.register(f"rare_{column}")
        linker.table_management.register_term_frequency_lookup(known, column)
    found = linker.inference.predict()
    answers = con.execute(
        f"select unique_id_l, unique_id_r, match_weight from {found.physical_name}"
    ).fetchall()
    return {(min(one, other), max(one, other)): bits for one, other, bits in answers}
