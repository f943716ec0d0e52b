"""What happens when a file and we know different things about a customer: chosen per column, decided in SQL.

In these conditions `s` is what the file says and `c` the customer, as `updating` joins them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from customers.imports.models import ImportJob, Policy
from customers.imports.writing import NULLABLE, TEXTS

# When our value was last changed by anybody, as far as the history knows.
OURS_AT = """COALESCE((SELECT max(h.at) FROM record_change AS h
    WHERE h.customer_id = c.id AND h.field = '{field}'), c.created_at)"""
# Columns that stand behind another one's name.
CHOSEN_AS = {"owner_id": "owner", "team_id": "owner"}
NAME_PARTS = ("name", "surname", "given_name")


@dataclass(frozen=True)
class Cell:
    """The conditions under which a cell is empty with us, said differently by the file, and taken over."""

    column: str
    empty: str
    differs: str
    wanted: str
    taken: str

    @property
    def sets(self) -> str:
        return f"{self.column} = CASE WHEN {self.wanted} THEN {self.taken} ELSE c.{self.column} END"


def cells(job: ImportJob) -> list[Cell]:
    """One for each column of a customer that a file may change."""
    return [
        *[_cell(job, name, f"c.{name} = ''", f"s.{name} <> '' AND s.{name} <> c.{name}") for name in TEXTS],
        *[
            _cell(
                job, name, f"c.{name} IS NULL", f"s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM c.{name}"
            )
            for name in NULLABLE
        ],
        _cell(
            job,
            "tags",
            "c.tags = '{}'",
            "NOT s.tags <@ c.tags",
            "c.tags || ARRAY(SELECT tag FROM unnest(s.tags) AS tag WHERE NOT tag = ANY (c.tags))",
        ),
    ]


def policy_of(job: ImportJob, column: str) -> Policy:
    field = CHOSEN_AS.get(column, column)
    if field == "name":
        field = next((part for part in NAME_PARTS if part in job.policies), field)
    return Policy(job.policy_of(field))


def offered(fields: Collection[str], extra: Collection[str]) -> list[str]:
    """Those of `fields` whose policy can be chosen: what identifies somebody is only ever added."""
    own = {*TEXTS, "birthday", "tags", "owner", "surname", "given_name", *extra}
    return [name for name in fields if name in own]


def valid(policies: Mapping[str, str]) -> dict[str, str]:
    """Without the ones that say what happens anyway."""
    return {name: choice for name, choice in policies.items() if choice and choice != Policy.OVERWRITE}


def _cell(job: ImportJob, column: str, empty: str, differs: str, taken: str = "") -> Cell:
    field = CHOSEN_AS.get(column, column)
    newer = f"s.said_at > {OURS_AT.format(field=field)}"
    wanted = {
        Policy.OVERWRITE: differs,
        Policy.FILL: f"{differs} AND {empty}",
        Policy.NEWEST: f"{differs} AND ({empty} OR {newer})",
        Policy.KEEP: "false",
    }[policy_of(job, column)]
    return Cell(column, f"({empty})", f"({differs})", f"({wanted})", taken or f"s.{column}")
