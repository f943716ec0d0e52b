"""Splink and DuckDB stay where they are needed, what is learnt makes sense, and Spark would say the same."""

import csv
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from math import log2
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings

from crm.bench import clerks, crowd
from customers.matching import child, model, scorer, spark
from customers.matching.levels import BY_FIELD
from customers.matching.standard import COLUMNS, standardise

HEAVY = "splink duckdb sqlglot pandas pyarrow"
LOOK = f"import django, sys; django.setup(); import crm.urls, crm.celery; \
print(sorted(set(sys.modules) & set('{HEAVY}'.split())))"
SHIPPED = json.loads(scorer.SHIPPED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hundred records of generated people."""
    made: Path = tmp_path_factory.mktemp("people")
    dice = Random(3)
    rows = [["unique_id", "customer", "profile", "kind", "ordinal", *COLUMNS]]
    for number, one in enumerate(crowd.write_down(dice, crowd.meet(300), 300)):
        standard = standardise(clerks.note(dice, one)[1])
        rows.append(
            [*map(str, (number, number, number, "person", 0)), *(getattr(standard, c) for c in COLUMNS)]
        )
    lines = [",".join(f'"{one}"' if one else "" for one in row) for row in rows]
    (made / child.RECORDS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


def order(**wanted: Any) -> child.Order:
    return child.Order(columns=list(COLUMNS), too_many=200, ask_from=-10, memory="500MB", threads=1, **wanted)


@pytest.mark.slow
def test_web_and_workers_never_load_splink() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "crm.test_settings"}
    command = [sys.executable, "-c", LOOK]
    found = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, check=True)
    assert found.stdout.strip() == b"[]"


def test_the_shipped_model_is_this_programs_model() -> None:
    bare = model.settings()
    assert [one["output_column_name"] for one in SHIPPED["comparisons"]] == list(BY_FIELD)
    for ours, theirs in zip(bare["comparisons"], SHIPPED["comparisons"], strict=True):
        conditions = [level["sql_condition"] for level in ours["comparison_levels"]]
        assert conditions == [level["sql_condition"] for level in theirs["comparison_levels"]]


def test_the_prior_follows_the_size_of_the_base() -> None:
    def prior(records: int) -> float:
        return float(model.rescaled(SHIPPED, records)["probability_two_random_records_match"])

    assert prior(1_000_000) == pytest.approx(prior(100_000) / 10)
    assert prior(1) == prior(2_000)


def test_a_model_that_was_learnt_before_is_asked_as_now() -> None:
    before = json.loads(json.dumps(SHIPPED))
    for comparison in before["comparisons"]:
        for level in comparison["comparison_levels"]:
            level["sql_condition"] = "l.old = r.old"
    assert model.ready(before)["comparisons"] == SHIPPED["comparisons"]


@pytest.mark.slow
def test_who_else_has_a_name_says_how_rare_it_is(folder: Path) -> None:
    from customers.matching import engine

    used = engine.Engine(folder, memory="500MB", threads=1)
    used.run("create table record (profile bigint, han varchar, name_key varchar, address varchar)")
    used.run(
        "insert into record select i, null, case when i < 2 then 'rare' when i < 5 then 'three' "
        "else 'name ' || i % 5 end, null from range(1000) t(i)"
    )
    used.count_rarities(SHIPPED)
    chance = model.chances(SHIPPED)["name_key"]
    shares = dict(used.rows("select name_key, tf_name_key from rarity_name_key"))
    # Nobody else: a little rarer than names are on average, however small the base is.
    assert chance / 1.1 < shares["rare"] < chance
    assert shares["three"] == pytest.approx(3 * shares["rare"])
    assert shares["name 1"] == pytest.approx((199 - 2 + 0.5) / 0.5 * shares["rare"])


@pytest.mark.slow
def test_what_is_learnt_makes_sense(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from customers.matching import training

    monkeypatch.setattr(training, "RANDOM_PAIRS", 20_000)
    learnt = child.work(order(compares=False), folder)["parameters"]
    assert learnt["learnt_on"] == 300
    bits = {
        level["label_for_charts"]: log2(level["m_probability"] / level["u_probability"])
        for comparison in learnt["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    }
    assert set(bits) == {slug for one in BY_FIELD.values() for slug in one.levels}
    assert all(bits[slug] <= 3.01 for slug in training.SHARED)
    assert all(-7 < bits[slug] < 0 for slug in ("other_name", "other_phone", "other_birthday", "other_place"))
    assert bits["same_phone"] > bits["same_phone_two_names"] > bits["same_phone_shared"]


@pytest.mark.slow
def test_a_run_tells_which_handles_too_many_carry(tmp_path: Path) -> None:
    rows = [["unique_id", "customer", "profile", "kind", "ordinal", *COLUMNS]]
    for number in range(4):
        told = {"name_key": f"anna {number}", "phone": "+861" if number < 3 else "+862"}
        rows.append(
            [*map(str, (number, number, number, "person", 0)), *(told.get(one, "") for one in COLUMNS)]
        )
    lines = [",".join(f'"{one}"' if one else "" for one in row) for row in rows]
    (tmp_path / child.RECORDS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    child.work(
        child.Order(list(COLUMNS), too_many=2, ask_from=0, memory="500MB", threads=1, parameters=SHIPPED),
        tmp_path,
    )
    with (tmp_path / child.RARITIES).open(encoding="utf-8") as file:
        hot = [row for row in csv.reader(file) if row[0].startswith("hot_")]
    assert hot == [["hot_phone", "+861", "0.75"]]


def test_spark_is_told_in_its_own_words() -> None:
    told = json.dumps(spark.translated(SHIPPED))
    assert "jaro_winkler_similarity" not in told
    assert '\\"' not in told
    assert "jaro_winkler_similarity" in json.dumps(SHIPPED)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
@pytest.mark.skipif(find_spec("pyspark") is None, reason="pyspark is not installed")
def test_spark_says_what_duckdb_says(folder: Path) -> None:
    from customers.matching import engine

    used = engine.Engine(folder, memory="500MB", threads=1)
    used.load(folder / child.RECORDS, columns=COLUMNS, too_many=200)
    used.count_rarities(SHIPPED)
    parameters = model.ready(SHIPPED)
    asked = engine.linker(used, parameters, "record").inference.predict(threshold_match_weight=-10)
    ours = {
        (low, high): bits
        for low, high, bits in used.rows(
            f"select unique_id_l, unique_id_r, match_weight from {asked.physical_name}"
        )
    }
    assert ours == pytest.approx(_weights_of_spark(used, parameters, folder), abs=1e-9)


def _weights_of_spark(used: Any, parameters: Any, folder: Path) -> dict[tuple[int, int], float]:
    from pyspark.sql import SparkSession
    from splink.backends.spark import similarity_jar_location

    used.run(f"copy record to '{folder / 'records.parquet'}' (format parquet)")
    builder = SparkSession.builder.master("local[1]").config("spark.jars", similarity_jar_location())
    session = (
        builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", 2).getOrCreate()
    )
    session.sparkContext.setCheckpointDir(str(folder / "checkpoints"))
    records = session.read.parquet(str(folder / "records.parquet"))
    found = spark.linker(session, records, parameters).inference.predict(threshold_match_weight=-10)
    rows = found.as_spark_dataframe().select("unique_id_l", "unique_id_r", "match_weight").collect()
    session.stop()
    return {(int(low), int(high)): float(bits) for low, high, bits in rows}
