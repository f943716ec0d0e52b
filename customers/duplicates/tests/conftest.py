import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.matching.models import Pair


@pytest.fixture
def operator() -> User:
    """May decide about everybody, and configure."""
    return people.user(Role.OPERATIONS, name="Opal Ray")


@pytest.fixture
def office(client: Client, operator: User) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(operator)
    return client


@pytest.fixture
def twins() -> Pair:
    """王小明 is on file twice."""
    one = factories.customer(name="王小明", phone="+8613912345678", city="上海")
    return factories.pair(one, factories.customer(name="王晓明", phone="+8613912345678", city="杭州"))
