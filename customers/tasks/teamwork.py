"""What everybody has on their plate today, for whoever answers for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from crm.accounts.models import User
from customers.tasks.contacts import KINDS
from customers.tasks.forms import DOERS
from customers.tasks.models import Task, members
from customers.timeline.models import Entry

COUNTED = ("overdue", "today", "done", "week")


@dataclass(frozen=True)
class Person:
    user: User
    overdue: int
    today: int
    done: int
    week: int
    contacts: int

    @property
    def has_left(self) -> bool:
        return not self.user.is_active


def today(leader: User) -> Sequence[Person]:
    """Counts per colleague within reach; who is away for good is named only while tasks are left."""
    # Their numbers and not a subquery: it makes PostgreSQL look for each of them in the whole timeline.
    found = members(leader, leader.scope("workload", "view")).filter(roles__overlap=DOERS)
    people = list(found.order_by("name", "pk"))
    counts, contacts = _tasks(leader, people), _contacts(leader, people)
    return [
        Person(user, **{name: numbers.get(name, 0) for name in COUNTED}, contacts=contacts.get(user.pk, 0))
        for user in people
        if (numbers := counts.get(user.pk, {})) or user.is_active
    ]


def _tasks(leader: User, people: Sequence[User]) -> dict[int, dict[str, int]]:
    now = timezone.localtime()
    day, midnight = now.date(), now.replace(hour=0, minute=0, second=0, microsecond=0)
    is_open = Q(state=Task.State.OPEN)
    near = is_open & Q(due_on__lte=day + timedelta(days=7))
    fresh = Q(state=Task.State.DONE, closed_at__gte=midnight)
    rows = Task.objects.visible_to(leader).filter(near | fresh, assignee__in=people)
    counted = (
        rows.order_by()
        .values("assignee")
        .annotate(
            overdue=Count("pk", filter=is_open & Q(due_on__lt=day)),
            today=Count("pk", filter=is_open & Q(due_on=day)),
            done=Count("pk", filter=fresh),
            week=Count("pk", filter=is_open & Q(due_on__gt=day)),
        )
    )
    rows_of = counted.values_list("assignee", *COUNTED)
    return {row[0]: dict(zip(COUNTED, row[1:], strict=True)) for row in rows_of}


def _contacts(leader: User, people: Sequence[User]) -> dict[int, int]:
    """How often each of them was in touch with a customer today."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    entries = Entry.objects.visible_to(leader).filter(
        occurred_at__gte=midnight, kind__in=KINDS, actor__in=people
    )
    return dict(entries.order_by().values_list("actor").annotate(number=Count("pk")))
