"""Colleagues for tests."""

from itertools import count

from crm.accounts.models import Team, User
from crm.accounts.policy import Role

_numbers = count(1)


def team(name: str = "", *, parent: Team | None = None) -> Team:
    return Team.objects.create(name=name or f"Team {next(_numbers)}", parent=parent)


def user(*roles: Role, teams: tuple[Team, ...] = (), **fields: object) -> User:
    number = next(_numbers)
    made = User.objects.create_user(
        username=str(fields.pop("username", f"user{number}")),
        email=f"user{number}@crm.test",
        password="correct horse battery",
        name=str(fields.pop("name", f"User {number}")),
        roles=list(roles),
        **fields,
    )
    made.teams.set(teams)
    return made
