import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import services
from customers.models import Customer


@pytest.fixture
def seller() -> User:
    return people.user(Role.SALES, teams=(people.team("North"),))


@pytest.fixture
def as_seller(client: Client, seller: User) -> Client:
    client.force_login(seller)
    return client


@pytest.fixture
def known(seller: User) -> Customer:
    fields = {"name": "王小明", "phone": "+8613812345678", "email": "wang@example.com", "city": "北京"}
    return services.create(fields, by=seller)
