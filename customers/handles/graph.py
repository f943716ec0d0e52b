"""The identity graph of one customer: what each source said, the handles in it, and who else has them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm.accounts.models import User
from customers.handles import sharing
from customers.handles.reading import ICONS, MOST
from customers.handles.sharing import Share, Sharing
from customers.identity.masking import OPEN, masked
from customers.identity.models import Identity, Profile
from customers.models import Customer

# Stands before keys that importers make of what a row says.
NO_NUMBER = "~"
# Of more, the latest are shown.
PROFILES = 50


@dataclass(frozen=True)
class Node:
    """A handle with every word that a source said of it. `pk` stands for all of them in an address."""

    pk: int
    kind: str
    icon: str
    text: str
    scope: str
    words: Sequence[Identity]
    sharing: Sharing

    @property
    def is_attached(self) -> bool:
        return any(one.detached_at is None for one in self.words)

    @property
    def is_verified(self) -> bool:
        return any(one.verified_at for one in self.words)

    @property
    def is_shared(self) -> bool:
        return self.sharing.share != Share.ALONE

    @property
    def is_masked(self) -> bool:
        return self.kind not in OPEN

    @property
    def profiles(self) -> list[int]:
        """Whose word still holds."""
        return [one.profile_id for one in self.words if one.detached_at is None]


@dataclass(frozen=True)
class Graph:
    customer: Customer
    profiles: Sequence[Profile]
    handles: Sequence[Node]

    @property
    def keys(self) -> Sequence[tuple[Profile, str]]:
        """Each profile with its number in the source, as far as that may stand on a screen."""
        told = {one.value: masked(one) for node in self.handles for one in node.words}
        return [(one, _shown_key(one.source_key, told)) for one in self.profiles]

    @property
    def others(self) -> Mapping[int, tuple[Customer, Sequence[Node]]]:
        """The customers that may be seen, each with the handles in common."""
        found: dict[int, tuple[Customer, list[Node]]] = {}
        for node in self.handles:
            for one in node.sharing.seen:
                found.setdefault(one.pk, (one, []))[1].append(node)
        return found

    @property
    def hidden(self) -> int:
        return max((one.sharing.hidden for one in self.handles), default=0)


def of(customer: Customer, reader: User) -> Graph:
    """Of a customer that the reader was found to see."""
    profiles = list(Profile.objects.filter(customer=customer).order_by("-last_seen_at", "-pk")[:PROFILES])
    rows = Identity.objects.filter(profile__in=[one.pk for one in profiles]).select_related("profile")
    said: dict[tuple[str, str, str], list[Identity]] = defaultdict(list)
    for row in rows.order_by("kind", "scope", "value", "-last_seen_at")[:MOST]:
        said[row.kind, row.scope, row.value].append(row)
    attached = [(kind, value) for (kind, _scope, value), words in said.items() if _stands(kind, words)]
    shared = sharing.of(customer, attached, reader)
    alone = Sharing(Share.ALONE.value, 1)
    nodes = [
        Node(
            pk=words[0].pk,
            kind=kind,
            icon=ICONS.get(Identity.Kind(kind), "message-circle"),
            text=masked(words[0]),
            scope=scope,
            words=words,
            sharing=shared.get((kind, value), alone),
        )
        for (kind, scope, value), words in said.items()
    ]
    return Graph(customer, profiles, sorted(nodes, key=lambda one: not one.is_attached))


def _shown_key(key: str, told: Mapping[str, str]) -> str:
    """Nothing for keys that were made from what a row says; masked where it is a masked handle itself."""
    return "" if key.startswith(NO_NUMBER) else told.get(key, key)


def _stands(kind: str, words: Sequence[Identity]) -> bool:
    """Only phones and e-mail can be somebody else's at the same time."""
    return kind in Identity.SHARED and any(one.detached_at is None for one in words)
