"""Facts about how we are in touch: touchpoints, tasks, relations, and by what a customer is known."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.identity.models import Identity, Profile
from customers.relations.models import Relation
from customers.tasks.models import Task
from customers.timeline.models import Entry
from segments.facts import ALWAYS_FILLED, Fact, Group, Kind, Test, Text, column, moment, register
from segments.rows import Having, Pool, Repeated, Rows, Where, fact, times

# What we write for ourselves is no touchpoint.
INSIDE = Entry.Channel.STAFF
TOUCHES = Pool(lambda: Entry.objects.all())
DIRECTED: tuple[tuple[str, Text, str], ...] = (
    ("times", _("Touchpoints"), ""),
    ("times_in", _("Touchpoints from the customer"), Entry.Direction.IN),
    ("times_out", _("Touchpoints to the customer"), Entry.Direction.OUT),
)


def register_all() -> None:
    last = moment("last_contact__at")
    register(Fact("contact.last", _("Last spoken with"), Group.CONTACT, Kind.DATE, last))
    for key, label, direction in DIRECTED:
        found = Repeated(TOUCHES, _touching(direction), "occurred_at", times)
        more = {"of": Kind.CHOICE, "choices": channels}
        register(fact(f"contact.{key}", label, Group.CONTACT, Kind.TIMES, found, **more))
    _register_tasks()
    _register_ties()


def _register_tasks() -> None:
    tasks: tuple[tuple[str, Text, Rows], ...] = (
        ("open", _("Has an open task"), lambda test: _of_customers().open()),
        ("overdue", _("Has an overdue task"), _overdue),
    )
    for key, label, rows in tasks:
        found = Having(rows)
        register(fact(f"task.{key}", label, Group.CONTACT, Kind.FLAG, found, open_to=_may_see_tasks))


def _register_ties() -> None:
    register(
        Fact(
            "profile.relation",
            _("Relation to another customer"),
            Group.PROFILE,
            Kind.CHOICE,
            _related,
            choices=lambda: Relation.Kind.choices,
            without=ALWAYS_FILLED,
        )
    )
    register(
        fact(
            "profile.system",
            _("Known from the system"),
            Group.PROFILE,
            Kind.TEXT,
            Having(lambda test: Profile.objects.filter(column("source")(test))),
            suggest=_systems,
            without=ALWAYS_FILLED,
        )
    )
    register(
        fact(
            "profile.identity",
            _("Can be recognised by"),
            Group.PROFILE,
            Kind.CHOICE,
            Having(_identities, "profile__customer"),
            choices=lambda: Identity.Kind.choices,
            without=ALWAYS_FILLED,
        )
    )


def _touching(direction: str) -> Where:
    def where(test: Test) -> Q:
        of = test.value.of
        over = Q(channel__in=of) if of else ~Q(channel=INSIDE)
        return over & Q(direction=direction) if direction else over

    return where


def channels() -> list[tuple[Any, Text]]:
    return [(channel.value, channel.label) for channel in Entry.Channel if channel != INSIDE]


def _of_customers() -> Any:
    return Task.objects.exclude(customer=None)


def _overdue(test: Test) -> QuerySet[Task]:
    late = Q(due_on__lt=test.today) | Q(due_on=test.today, due_at__lt=test.as_of)
    found: QuerySet[Task] = _of_customers().open().filter(late, due_on__lte=test.today)
    return found


def _may_see_tasks(user: User) -> bool:
    return user.may("task", "view")


def _related(test: Test) -> Q:
    """Either end of a relation; few customers have one."""
    rows = Relation.objects.filter(kind__in=test.value)
    return Q(Exists(rows.filter(one=OuterRef("pk")))) | Q(Exists(rows.filter(other=OuterRef("pk"))))


def _identities(test: Test) -> QuerySet[Identity]:
    return Identity.objects.filter(kind__in=test.value, detached_at=None)


def _systems(user: User) -> list[str]:
    known = Profile.objects.order_by("-pk").values_list("source", flat=True)[:5000]
    return sorted({source for source in known if source})
