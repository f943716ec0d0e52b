"""Whom new people of a file resemble: weighed against everybody, as matching does it later for each of them.

That costs some milliseconds a row, so only the first rows of a file are weighed; the check says how many.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from customers.imports.chunks import Alike, Evidence
from customers.imports.matching import Person
from customers.imports.people import PersonRow
from customers.matching import candidates, hints
from customers.matching.scorer import Scored
from customers.matching.standard import Said, standardise
from customers.models import Customer

# New people of one file; a file of a million has as many chances to be looked at by the run that follows.
MOST = 2_000
SCORE = "score"
SAID = ("name", "gender", "country", "city", "address")


class Likeness:
    """Weighs until so many were weighed, whatever the chunks."""

    def __init__(self) -> None:
        self.left = MOST
        self.ask_from: float | None = None

    def weigh(self, fresh: Sequence[tuple[PersonRow, Person]], known: list[Alike]) -> tuple[list[Alike], int]:
        """What is known of likeness by contact or birthday, with better knowledge where there is any."""
        weighed = fresh[: self.left]
        self.left -= len(weighed)
        better = {found.line: found for row, person in weighed if (found := self._best(row, person))}
        kept = [one for one in known if not one.customer or one.line not in better]
        return [*kept, *better.values()], len(weighed)

    def _best(self, row: PersonRow, person: Person) -> Alike | None:
        found = candidates.like([standardise(said) for said in said_by(row, person.values)])
        for one in found:
            if hints.is_alike(one.scored, self._least()):
                return Alike(row.line, SCORE, one.customer_pk, row.cells, evidence_of(one.scored))
        return None

    def _least(self) -> float:
        if self.ask_from is None:
            self.ask_from = hints.least()
        return self.ask_from


def said_by(row: PersonRow, values: dict[str, Any]) -> list[Said]:
    """What a row says as matching reads it: once for each phone."""
    birthday = values.get("birthday")
    told: dict[str, Any] = {name: str(values.get(name, "")) for name in SAID}
    told |= {
        "region": str(values.get("province", "")),
        "email": str(values.get("email", "")),
        "birthday": birthday.isoformat() if isinstance(birthday, date) else str(birthday or ""),
        "is_organisation": values.get("kind") == Customer.Kind.ORGANISATION,
    }
    told |= {kind: value for kind, value in row.handles if kind in ("card", "openid")}
    phones = [value for kind, value in row.shared if kind == "phone"] or [""]
    return [Said(**told, phone=phone) for phone in phones]


def evidence_of(scored: Scored) -> Evidence:
    return {
        "bits": round(scored.bits, 4),
        "prior": scored.prior,
        "reasons": scored.reasons,
        "is_sure": scored.is_sure,
        "is_vetoed": scored.is_vetoed,
    }
