"""Whom new people of a file resemble: weighed against everybody, as matching does it later for each of them.

That costs a fraction of a millisecond a row, so in a very large file only the first are weighed; the check
says how many.
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
MOST = 10_000
AT_ONCE = 200
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
        better: dict[int, Alike] = {}
        for start in range(0, len(weighed), AT_ONCE):
            better |= self._best(weighed[start : start + AT_ONCE])
        kept = [one for one in known if not one.customer or one.line not in better]
        return [*kept, *better.values()], len(weighed)

    def _best(self, fresh: Sequence[tuple[PersonRow, Person]]) -> dict[int, Alike]:
        """By row, whom it resembles most."""
        cells = {row.line: row.cells for row, _person in fresh}
        subjects = {row.line: _subject(row, person.values) for row, person in fresh}
        best: dict[int, Alike] = {}
        for line, found in candidates.of_each(subjects).items():
            one = next((one for one in found if hints.is_alike(one.scored, self._least())), None)
            if one is not None:
                best[line] = Alike(line, SCORE, one.customer_pk, cells[line], evidence_of(one.scored))
        return best

    def _least(self) -> float:
        if self.ask_from is None:
            self.ask_from = hints.least()
        return self.ask_from


def _subject(row: PersonRow, values: dict[str, Any]) -> candidates.Subject:
    standards = [standardise(said) for said in said_by(row, values)]
    return candidates.Subject(standards, kind=str(values.get("kind", "")))


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
