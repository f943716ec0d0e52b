"""The same model on Spark, for bases that one machine cannot hold: docs/matching.md says how.

A model that DuckDB's Splink saved runs on Spark without an error and scores wrongly: what DuckDB quotes as a
column is a text to Spark. So a model is translated, and a test compares both engines.
"""

from copy import deepcopy
from typing import Any

from customers.matching.model import Parameters, chances, rarities


def translated(parameters: Parameters) -> Parameters:
    """The model in Spark's words."""
    model = deepcopy(parameters)
    model["sql_dialect"] = "spark"
    for comparison in model["comparisons"]:
        for level in comparison["comparison_levels"]:
            level["sql_condition"] = _in_spark(level["sql_condition"])
    for rule in model["blocking_rules_to_generate_predictions"]:
        rule |= {"blocking_rule": _in_spark(rule["blocking_rule"]), "sql_dialect": "spark"}
    return model


def linker(session: Any, records: Any, parameters: Parameters) -> Any:
    """Splink over a Spark table of records with the columns that engine.py gives them."""
    from splink import Linker, SparkAPI

    api: Any = SparkAPI(spark_session=session, break_lineage_method="parquet")  # type: ignore[no-untyped-call]
    found = Linker(api.register(records), translated(parameters))
    records.createOrReplaceTempView("record")
    for column, chance in chances(parameters).items():
        # Splink's own would count the pair itself.
        rare = api.register(session.sql(rarities(column, chance)))
        found.table_management.register_term_frequency_lookup(rare, column)
    return found


def _in_spark(sql: str) -> str:
    return sql.replace('"', "`").replace("jaro_winkler_similarity(", "jaro_winkler(")
