import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role


@pytest.fixture
def marketer() -> User:
    return people.user(Role.MARKETING)


@pytest.fixture
def as_marketer(client: Client, marketer: User) -> Client:
    client.force_login(marketer)
    return client


@pytest.fixture
def seller() -> User:
    return people.user(Role.SALES)


@pytest.fixture
def as_seller(seller: User) -> Client:
    client = Client()
    client.force_login(seller)
    return client


@pytest.fixture
def as_stranger() -> Client:
    client = Client()
    client.force_login(people.user(Role.AUDITOR))
    return client
