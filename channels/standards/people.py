"""Who leads a department."""

from crm.accounts.models import Team, User
from crm.accounts.policy import Role


def managers_of(team: int | None) -> list[User]:
    """The managers of the department; where it has none, those of the one it is part of, and so on."""
    parents = dict(Team.objects.values_list("pk", "parent"))
    seen: set[int] = set()
    while team is not None and team not in seen:
        seen.add(team)
        found = User.objects.filter(is_active=True, teams=team, roles__contains=[Role.MANAGER])
        if people := list(found.order_by("pk")):
            return people
        team = parents.get(team)
    return []
