"""Until when a question is to be answered, and who answers when the owner does not."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from crm.accounts.models import Team, User
from crm.accounts.policy import GRANTS, Scope
from customers.models import Customer

SATURDAY = 5
# More need not hear of one question.
MOST = 10


def due(asked_at: datetime) -> datetime:
    """The same hour, so many working days later by the company's calendar."""
    moment, left = timezone.localtime(asked_at), settings.INQUIRY_ANSWER_DAYS
    while left:
        moment += timedelta(days=1)
        left -= moment.weekday() < SATURDAY
    return moment


def managers(customer: Customer, *, beside: User) -> list[User]:
    """Who may hand this customer out: those of its team first, else those who may for everybody."""
    near = Q(roles__overlap=_roles(Scope.TEAM_TREE), teams__in=_line(customer.team_id))
    far = Q(roles__overlap=_roles(Scope.ALL))
    for reach in (near, far):
        people = User.objects.filter(reach, is_active=True).exclude(pk=beside.pk).distinct().order_by("pk")
        if found := [one for one in people[:MOST] if _hands_out(one, customer)]:
            return found
    return []


def _roles(scope: Scope) -> list[str]:
    return [
        role.value
        for role, grants in GRANTS.items()
        if grants.get("customer", {}).get("assign") == scope and "edit" in grants.get("inquiry", {})
    ]


def _line(team: int | None) -> list[int]:
    """The team and all above it."""
    parents = dict(Team.objects.values_list("pk", "parent_id"))
    found: list[int] = []
    while team is not None and team not in found:
        found.append(team)
        team = parents.get(team)
    return found


def _hands_out(user: User, customer: Customer) -> bool:
    return Customer.objects.visible_to(user, "assign").filter(pk=customer.pk).exists()
