"""DuckDB and Splink, and the records in them. Imported by the child process only: it takes 200 MB to load."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from customers.matching import model
from customers.matching.levels import COUNTED, HANDLES, HOT, RARITY
from customers.matching.model import Parameters

DOOR = "nullif(split_part(address, '|', 3), '')"
# Columns that say together who it is.
TOGETHER = {
    "name_city": ("name_key", "city"),
    "name_born": ("name_key", "born"),
    "family_born": ("family", "born"),
    "given_born": ("given", "born"),
    "family_city": ("family", "city"),
    "given_city": ("given", "city"),
    "street": ("nullif(split_part(address, '|', 2), '')", DOOR),
    "given_door": ("given", DOOR),
    "family_door": ("family", DOOR),
    "house": ("split_part(address, '|', 1)", DOOR),
}
REST = ("han", "name_key", "family", "given", "born", "city", "gender")
# Asking by wide keys is for small bases: at most so many records, and so many pairs in all.
WIDE_UP_TO, WIDE_PAIRS = 300_000, 1_000_000


class Engine:
    """One database in memory that spills to `folder` when it would outgrow `memory`."""

    def __init__(self, folder: Path, *, memory: str, threads: int) -> None:
        self.connection = duckdb.connect(":memory:")
        self.run(f"set threads={int(threads)}; set preserve_insertion_order=false")
        self.run(f"set memory_limit='{memory}'; set temp_directory='{folder / 'spill'}'")
        # DuckDB 2.0 trips over comparisons of columns that it knows to be empty throughout.
        self.run("set disabled_optimizers='statistics_propagation'")
        self.api = DuckDBAPI(self.connection)

    def run(self, sql: str) -> None:
        self.connection.execute(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read to the end: a half-read answer blocks the connection."""
        return self.connection.execute(sql).fetchall()

    def load(self, file: Path, *, columns: Sequence[str], too_many: int) -> int:
        """Makes the table `record` of the exported file. Returns how many records there are.

        Further tables say which handles too many carry: `hot_phone` and so on.
        """
        self.run(
            f"create table said as select * from read_csv('{file}', header=true, all_varchar=true, "
            "quote='\"', escape='\"', nullstr='')"
        )
        joins, keys = self._judge_keys(too_many)
        listed = ", ".join([*(f"s.{one}" for one in REST), *keys])
        said = ", ".join(f"coalesce(s.{one}, '')" for one in columns)
        self.run(
            "create table record as select s.unique_id::bigint unique_id, s.customer::bigint customer, "
            f"s.profile::bigint profile, s.kind, s.ordinal::integer ordinal, {listed}, "
            f"md5(concat_ws('|', {said})) said from said s {joins}"
        )
        self.run("drop table said")
        ((records,),) = self.rows("select count(*) from record")
        return int(records)

    def _judge_keys(self, too_many: int) -> tuple[str, list[str]]:
        """Counts who carries each key. What too many carry recognises nobody and is left empty."""
        joins, columns = [], []
        for one in HANDLES:
            names = "count(distinct name_key)" if one in COUNTED else "1"
            self.run(
                f"create table of_{one} as select {one} value, count(*) holders, {names} names "
                f"from said where {one} is not null group by 1 having count(*) > 1"
            )
            joins.append(f"left join of_{one} on of_{one}.value = s.{one}")
            columns.append(f"case when coalesce(of_{one}.holders, 1) <= {too_many} then s.{one} end {one}")
            self.run(
                f"create table {HOT}{one} as select value, holders from of_{one} where holders > {too_many}"
            )
            if one in COUNTED:
                columns.append(f"coalesce(of_{one}.names, 1) {one}_names")
        for one, (first, second) in TOGETHER.items():
            if one not in model.KEYS:
                continue
            self.run(
                f"create table of_{one} as select {first} a, {second} b, count(*) n from said "
                f"where {first} is not null and {second} is not null "
                f"group by all having count(*) > {too_many}"
            )
            joins.append(f"left join of_{one} on of_{one}.a = s.{first} and of_{one}.b = s.{second}")
            columns.append(f"case when of_{one}.n is null then s.{first} || '|' || s.{second} end {one}")
        return " ".join(joins), columns

    def wide_keys(self) -> tuple[str, ...]:
        """Those of the wide keys that this base can afford, as columns of `record`."""
        ((records,),) = self.rows("select count(*) from record")
        left, chosen = WIDE_PAIRS, []
        for key in model.WIDE_KEYS if records <= WIDE_UP_TO else ():
            value = " || '|' || ".join(TOGETHER.get(key, (key,)))
            ((pairs,),) = self.rows(
                f"select coalesce(sum(n * (n - 1) / 2), 0) from "
                f"(select count(*) n from record where ({value}) is not null group by {value})"
            )
            if pairs > left:
                continue
            left -= pairs
            chosen.append(key)
            if key in TOGETHER:
                self.run(f"alter table record add column {key} varchar")
                self.run(f"update record set {key} = {value}")
        return tuple(chosen)

    def count_rarities(self, parameters: Parameters) -> None:
        """How common names and addresses are: of each value its share of the profiles that have any."""
        for column, chance in model.chances(parameters).items():
            self.run(f"create table rarity_{column} as {model.rarities(column, chance)}")


RARE_COLUMNS = tuple(dict.fromkeys(RARITY.values()))


def linker(engine: Engine, parameters: Parameters, table: str) -> Linker:
    logging.getLogger("splink").setLevel(logging.ERROR)
    found = Linker(engine.api.register(table), parameters, log_level=logging.ERROR)
    if table == "record":
        for column in RARE_COLUMNS:
            registered = engine.api.register(f"rarity_{column}")
            found.table_management.register_term_frequency_lookup(registered, column)
    return found


def threads() -> int:
    """Half of the machine: the database has the other half."""
    return max(1, (os.cpu_count() or 1) // 2)
