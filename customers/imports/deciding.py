"""What becomes of new rows that resemble somebody: added to them, put to people, or kept apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from customers.imports.models import Duplicates, ImportJob
from customers.imports.people import PersonRow
from customers.matching.models import Pair, Weights
from customers.merging.models import Apart
from customers.models import Customer


@dataclass(frozen=True)
class Decision:
    """Of one row: whom it resembles, why, and what somebody chose. `is_own` says for this row alone."""

    customer: int
    evidence: Mapping[str, Any]
    choice: str
    is_own: bool

    @property
    def links(self) -> bool:
        """The choice for a whole file joins only what is sure; the others are put to people."""
        return self.choice == Duplicates.LINK and (self.is_own or bool(self.evidence.get("is_sure")))

    @property
    def asks(self) -> bool:
        wanted = self.choice == Duplicates.REVIEW or (self.choice == Duplicates.LINK and not self.links)
        return wanted and (self.is_own or bool(self.evidence))

    @property
    def separates(self) -> bool:
        return self.choice == Duplicates.CREATE and self.is_own


class Decisions:
    """Those of one file, by row: as many as a check keeps, so few enough to be held."""

    def __init__(self, job: ImportJob, by_line: Mapping[int, Decision]) -> None:
        self.job, self.by_line = job, by_line

    @classmethod
    def of(cls, job: ImportJob) -> "Decisions":
        present = Customer.objects.present().values("pk")
        rows = job.problems.filter(alike__gt=0, alike__in=present).order_by("line", "id")
        found: dict[int, Decision] = {}
        for line, customer, evidence, own in rows.values_list("line", "alike", "evidence", "choice"):
            one = Decision(customer or 0, evidence or {}, own or job.duplicates, bool(own))
            known = found.get(line)
            if known is None or (one.is_own, bool(one.evidence)) > (known.is_own, bool(known.evidence)):
                found[line] = one
        return cls(job, found)

    def links(self, rows: Iterable[PersonRow]) -> dict[int, int]:
        """The customers to whom rows are added that nothing else recognises."""
        if not self.by_line:
            return {}
        told = ((row.line, self.by_line.get(row.line)) for row in rows)
        return {line: one.customer for line, one in told if one and one.links}

    def keep(self, made: Iterable[tuple[int, int]]) -> None:
        """Writes down what people are to look at, and what somebody has already said to be two."""
        if not self.by_line:
            return
        met = {line: pk for line, pk in made if line in self.by_line}
        wanted = {self.by_line[line].customer for line in met}
        # Somebody may have gone since: another import may have been reverted.
        there = set(Customer.objects.present().filter(pk__in=wanted).values_list("pk", flat=True))
        told = [(pk, one) for line, pk in met.items() if (one := self.by_line[line]).customer in there]
        weights = Weights.objects.order_by("-pk").first()
        pairs = [self._pair(pk, one, weights) for pk, one in told if one.asks or one.separates]
        Pair.objects.bulk_create(pairs, ignore_conflicts=True)
        Apart.objects.bulk_create(
            Apart(one_id=one.customer, other_id=pk, by=self.job.created_by)
            for pk, one in told
            if one.separates
        )

    def _pair(self, pk: int, decision: Decision, weights: Weights | None) -> Pair:
        evidence = decision.evidence
        return Pair(
            low_id=min(pk, decision.customer),
            high_id=max(pk, decision.customer),
            bits=evidence.get("bits", 0.0),
            prior=evidence.get("prior", 0.0),
            reasons=evidence.get("reasons", []),
            is_sure=evidence.get("is_sure", False),
            is_vetoed=evidence.get("is_vetoed", False),
            weights=weights,
            found=Pair.Found.IMPORT,
            **(self._decided() if decision.separates else {}),
        )

    def _decided(self) -> dict[str, Any]:
        """Without a digest: it holds for what is known once both have been matched."""
        return {
            "state": Pair.State.APART,
            "decided_by": self.job.created_by,
            "decided_at": timezone.now(),
        }
