"""Who can take a conversation right now: members, presence, load and room."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property

from django.db import connection
from django.db.models import Count

from channels.inbox.models import Conversation
from channels.live import presence
from channels.live.presence import Availability
from channels.routing.models import DEFAULT_CAPACITY, Capacity
from crm.accounts.models import Team, User
from crm.accounts.policy import GRANTS
from crm.lib import locks

# Who answers customers at all.
ANSWERING = [role.value for role, grants in GRANTS.items() if "edit" in grants.get("conversation", {})]
# What takes somebody's time; what sleeps does not.
BUSY = (Conversation.Status.OPEN, Conversation.Status.PENDING)
LAST = """
    SELECT asked.id, said.author_id FROM inbox_conversation AS asked CROSS JOIN LATERAL (
        SELECT message.author_id FROM inbox_conversation AS other
        JOIN inbox_message AS message ON message.conversation_id = other.id
        WHERE other.customer_id = asked.customer_id AND message.direction = 'out'
            AND message.author_id IS NOT NULL AND message.at < coalesce(asked.last_in_at, asked.opened_at)
        ORDER BY message.at DESC LIMIT 1
    ) AS said WHERE asked.id = ANY(%s)
"""


def members_of(teams: Iterable[int]) -> dict[int, list[int]]:
    """Who answers customers in each department, the groups in it included."""
    wanted = set(teams)
    children = defaultdict(set)
    for pk, parent in Team.objects.values_list("pk", "parent"):
        children[parent].add(pk)
    trees = {team: _below(team, children) for team in wanted}
    people = User.objects.filter(
        is_active=True, roles__overlap=ANSWERING, teams__in=set().union(*trees.values())
    )
    belongs: dict[int, set[int]] = defaultdict(set)
    for user, team in people.values_list("pk", "teams"):
        belongs[team].add(user)
    return {team: sorted(set().union(*(belongs[one] for one in tree))) for team, tree in trees.items()}


def answering(users: Collection[int] | None) -> set[int]:
    """Those of `users` who answer customers at all; of everybody for None."""
    rows = User.objects.filter(is_active=True, roles__overlap=ANSWERING)
    if users is not None:
        rows = rows.filter(pk__in=users)
    return set(rows.values_list("pk", flat=True))


def last_answered(conversations: Collection[int]) -> dict[int, int]:
    """Who wrote to each one's customer last, before the customer spoke."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, [list(conversations)])
        return dict(cursor.fetchall())


class Now:
    """As things stand. Whoever counts first locks the names, so that two who arrive at once count one after
    the other."""

    def __init__(self, teams: Iterable[int], others: Collection[int] = ()) -> None:
        self._members = members_of(teams)
        self._asked = set().union(others, *self._members.values())
        self._answering = answering(others) | set().union(*self._members.values())

    def hold(self) -> None:
        locks.hold(f"routing:{user}" for user in self._asked)

    def members(self, team: int) -> list[int]:
        return self._members.get(team, [])

    def answers(self, user: int) -> bool:
        return user in self._answering

    def is_here(self, user: int) -> bool:
        return self._here.get(user) == Availability.ONLINE

    def load(self, user: int) -> int:
        return self._loads.get(user, 0)

    def room(self, user: int) -> int:
        row = self._capacities.get(user)
        return (row.most if row else DEFAULT_CAPACITY) - self.load(user)

    def last_given(self, user: int) -> float:
        row = self._capacities.get(user)
        return row.last_given_at.timestamp() if row and row.last_given_at else 0.0

    @cached_property
    def _here(self) -> dict[int, Availability]:
        return presence.available(User.objects.filter(pk__in=self._asked))

    @cached_property
    def _loads(self) -> dict[int, int]:
        return loads(self._asked)

    @cached_property
    def _capacities(self) -> dict[int, Capacity]:
        return Capacity.objects.in_bulk(self._asked)


def loads(users: Collection[int]) -> dict[int, int]:
    """How many conversations each of them has open."""
    rows = Conversation.objects.open().filter(assignee__in=users, status__in=BUSY)
    return dict(rows.values_list("assignee").annotate(number=Count("pk")))


def _below(team: int, children: dict[int | None, set[int]]) -> set[int]:
    found = {team}
    while more := set().union(*(children.get(one, set()) for one in found)) - found:
        found |= more
    return found
