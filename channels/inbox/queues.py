"""Queues: which conversations somebody looks after, each walked by its own index.

    queues.register(Queue("at-risk", _("At risk"), "timer", at_risk, order=60))

`rows(user)` gives querysets whose union is the queue: each narrows by one indexed column first, because
PostgreSQL finds no index for conditions joined by OR. What they hold must be the user's to see; the rows of
`Conversation.objects.visible_to` narrowed further always are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Value
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from channels.inbox.models import Conversation, ConversationQuerySet, Mention
from crm.accounts.models import KnownTeam, User
from crm.accounts.policy import Scope
from crm.lib.paging import Page, keyset_of
from customers.models import Customer

Rows = Callable[[User], Sequence[ConversationQuerySet]]
Status = Conversation.Status
# Beyond it a count says no more than "many".
MOST_COUNTED = 99
SIZE = 40
# So many rows are looked up one by one.
FEW = 2_000
ORDER = "-last_at"
RELATED = ("customer", "assignee", "team", "channel")


@dataclass(frozen=True)
class Queue:
    key: str
    label: str | Promise
    icon: str
    rows: Rows
    order: int = 100
    is_counted: bool = True


_queues: dict[str, Queue] = {}


def register(queue: Queue) -> None:
    _queues[queue.key] = queue


def all_for(user: User) -> list[Queue]:
    """Everybody's queues, and one for each department that the user belongs to."""
    own = [_of_team(team) for team in user.own_teams]
    return sorted([*_queues.values(), *own], key=lambda one: one.order)


def find(key: str, user: User) -> Queue:
    """The queue; what nobody knows, or is another department's, is one's own queue."""
    if key in _queues:
        return _queues[key]
    word, _dash, number = key.partition("-")
    own = [team for team in user.own_teams if word == "team" and number == str(team.pk)]
    return _of_team(own[0]) if own else _queues["mine"]


def page(queue: Queue, user: User, cursor: str = "") -> Page[Conversation]:
    return keyset_of(queue.rows(user), ORDER, cursor, size=SIZE, related=RELATED)


def counts(queues: Sequence[Queue], user: User) -> dict[str, int]:
    """How many are in each, at most MOST_COUNTED + 1; all in one statement."""
    parts = []
    for queue in queues:
        if queue.is_counted:
            for rows in queue.rows(user):
                named = rows.order_by().annotate(queue=Value(queue.key)).values_list("queue", "pk")
                parts.append(named[: MOST_COUNTED + 1])
    found: dict[str, set[int]] = {queue.key: set() for queue in queues if queue.is_counted}
    if parts:
        for key, pk in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]:
            found[key].add(pk)
    return {key: min(len(pks), MOST_COUNTED + 1) for key, pks in found.items()}


def waiting_for(user: User) -> int:
    """Conversations of the user's own in which the customer waits; at most MOST_COUNTED + 1."""
    rows = Conversation.objects.present().filter(
        assignee=user, status=Status.OPEN, waiting_since__isnull=False
    )
    return len(rows.order_by().values_list("pk", flat=True)[: MOST_COUNTED + 1])


def seen_by(user: User, condition: Q) -> list[ConversationQuerySet]:
    """All that `user` may see under `condition`, in parts that an index walks."""
    scope = user.scope("conversation", "view")
    base = Conversation.objects.present().filter(condition)
    if scope is Scope.ALL:
        return [base]
    if scope is Scope.NONE:
        return [base.none()]
    parts = [
        base.filter(assignee=user),
        base.filter(pk__any_of=ArraySubquery(Mention.objects.filter(user=user).values("conversation"))),
    ]
    if scope in (Scope.TEAM, Scope.TEAM_TREE):
        teams = user.team_ids if scope is Scope.TEAM else user.team_tree_ids
        parts += [base.filter(team=team) for team in teams]
    return [*parts, *_of_customers(base, user)]


def _of_customers(base: ConversationQuerySet, user: User) -> list[ConversationQuerySet]:
    """Conversations of customers whom the user may see."""
    seen = Customer.objects.visible_to(user)
    if user.scope("customer", "view") is not Scope.OWN:
        return [base.filter(customer__in=seen)]
    few = list(seen.order_by().values_list("pk", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        # Their conversations are looked up one by one instead of walking past everybody's.
        return [base.filter(customer__in=few)]
    # Those of many are soon met on the way; a join would read them all first.
    return [base.filter(Exists(seen.filter(pk=OuterRef("customer_id"))))]


def _mine(user: User) -> list[ConversationQuerySet]:
    return [Conversation.objects.present().filter(assignee=user, status=Status.OPEN)]


def _unassigned(user: User) -> list[ConversationQuerySet]:
    nobody = Q(status=Status.OPEN, assignee=None)
    return seen_by_team(user, nobody)


def seen_by_team(user: User, condition: Q) -> list[ConversationQuerySet]:
    """Those of the user's departments; of all where the user sees all."""
    scope = user.scope("conversation", "view")
    base = Conversation.objects.present().filter(condition)
    if scope is Scope.ALL:
        return [base]
    teams = user.team_tree_ids if scope is Scope.TEAM_TREE else user.team_ids
    return [base.filter(team=team) for team in teams] or [base.none()]


def _mentioned(user: User) -> list[ConversationQuerySet]:
    unseen = Mention.objects.filter(user=user, seen_at=None).values("conversation")
    return [Conversation.objects.present().filter(pk__any_of=ArraySubquery(unseen))]


def _snoozed(user: User) -> list[ConversationQuerySet]:
    return [
        Conversation.objects.present().filter(assignee=user, status=Status.SNOOZED),
        *seen_by_team(user, Q(status=Status.SNOOZED)),
    ]


def _pending(user: User) -> list[ConversationQuerySet]:
    return [
        Conversation.objects.present().filter(assignee=user, status=Status.PENDING),
        *seen_by_team(user, Q(status=Status.PENDING)),
    ]


def _closed(user: User) -> list[ConversationQuerySet]:
    return seen_by(user, Q(status=Status.CLOSED))


def _all(user: User) -> list[ConversationQuerySet]:
    return seen_by(user, ~Q(status=Status.CLOSED))


def _of_team(team: KnownTeam) -> Queue:
    """A department's own queue: whatever is open there, whoever has it."""
    rows = Conversation.objects.present().filter(team=team.pk, status=Status.OPEN)
    return Queue(f"team-{team.pk}", team.name, "users", lambda user: [rows], 30)


def register_all() -> None:
    register(Queue("mine", pgettext_lazy("queue", "Mine"), "user", _mine, 10))
    register(Queue("unassigned", pgettext_lazy("queue", "Unassigned"), "inbox", _unassigned, 20))
    register(Queue("mentioned", pgettext_lazy("queue", "Mentioned"), "at-sign", _mentioned, 40))
    register(Queue("pending", pgettext_lazy("queue", "Pending"), "hourglass", _pending, 60))
    register(Queue("snoozed", pgettext_lazy("queue", "Snoozed"), "alarm-clock", _snoozed, 70))
    register(Queue("closed", pgettext_lazy("queue", "Closed"), "archive", _closed, 80, is_counted=False))
    register(Queue("all", pgettext_lazy("queue", "All open"), "layers", _all, 90, is_counted=False))
