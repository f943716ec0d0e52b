"""By what a customer is recognised: one line per handle, with every source that said it."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from customers.identity.masking import OPEN, masked
from customers.identity.models import Identity
from customers.models import Customer

MOST = 200
ICONS = {
    Identity.Kind.PHONE: "phone",
    Identity.Kind.EMAIL: "mail",
    Identity.Kind.CUSTOMER_NUMBER: "hash",
    Identity.Kind.CARD: "id-card",
    Identity.Kind.VISITOR: "globe",
    Identity.Kind.ORDER: "shopping-bag",
}


@dataclass(frozen=True)
class Handle:
    """`pk` is one of the identities that say it: any of them stands for all in an address."""

    pk: int
    kind: str
    icon: str
    text: str
    scope: str
    sources: tuple[str, ...]
    last_seen_at: datetime
    confidence: int
    verified_at: datetime | None
    detached_at: datetime | None

    @property
    def is_masked(self) -> bool:
        return self.kind not in OPEN


def attached(customer: Customer) -> list[Handle]:
    """Of a customer that the reader was found to see."""
    rows = Identity.objects.attached().filter(profile__customer=customer)
    return _grouped(list(rows.order_by("kind", "scope", "value", "-last_seen_at")[:MOST]))


def detached(customer: Customer) -> list[Handle]:
    """What was theirs once and no source says any more, the latest first."""
    rows = Identity.objects.filter(profile__customer=customer).order_by(
        "kind", "scope", "value", "-last_seen_at"
    )
    found = [one for one in _grouped(list(rows[:MOST])) if one.detached_at]
    return sorted(found, key=lambda one: str(one.detached_at), reverse=True)


def _grouped(rows: list[Identity]) -> list[Handle]:
    """Neighbours that say the same; detached only when each of them is."""
    groups = groupby(rows, key=lambda row: (row.kind, row.scope, row.value))
    return [_handle(list(same)) for _key, same in groups]


def _handle(rows: list[Identity]) -> Handle:
    first = rows[0]
    ends = [row.detached_at for row in rows]
    proofs = [row.verified_at for row in rows if row.verified_at]
    return Handle(
        pk=first.pk,
        kind=first.kind,
        icon=ICONS.get(Identity.Kind(first.kind), "message-circle"),
        text=masked(first),
        scope=first.scope,
        sources=tuple(dict.fromkeys(row.source for row in rows)),
        last_seen_at=max(row.last_seen_at for row in rows),
        confidence=max(row.confidence for row in rows),
        verified_at=max(proofs, default=None),
        detached_at=None if None in ends else max(one for one in ends if one),
    )
