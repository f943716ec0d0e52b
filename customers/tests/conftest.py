import pytest
from django.core.cache import cache
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role


@pytest.fixture(autouse=True)
def _forget_facets() -> None:
    cache.clear()


@pytest.fixture
def operator() -> User:
    """Sees and may edit everybody."""
    return people.user(Role.OPERATIONS)


@pytest.fixture
def seller() -> User:
    """Sees their own customers only."""
    return people.user(Role.SALES, teams=(people.team("North"),))


@pytest.fixture
def as_operator(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def as_seller(client: Client, seller: User) -> Client:
    client.force_login(seller)
    return client
