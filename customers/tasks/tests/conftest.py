import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role


@pytest.fixture
def north() -> Team:
    return people.team("North")


@pytest.fixture
def seller(north: Team) -> User:
    return people.user(Role.SALES, teams=(north,), name="Sally")


@pytest.fixture
def colleague(north: Team) -> User:
    return people.user(Role.SALES, teams=(north,), name="Colin")


@pytest.fixture
def manager(north: Team) -> User:
    return people.user(Role.MANAGER, teams=(north,), name="Maria")


@pytest.fixture
def as_seller(client: Client, seller: User) -> Client:
    client.force_login(seller)
    client.cookies["django_language"] = "en"
    return client
