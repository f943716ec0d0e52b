import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from customers import factories
from customers.models import Customer

PHONE = "+8613817652948"
CANARY = "CANARY"


@pytest.fixture
def south() -> Team:
    return people.team("South")


@pytest.fixture
def owner(south: Team) -> User:
    return people.user(Role.SALES, teams=(south,), name="Owner")


@pytest.fixture
def boss(south: Team) -> User:
    return people.user(Role.MANAGER, teams=(south,), name="Boss")


@pytest.fixture
def asker() -> User:
    return people.user(Role.SALES, teams=(people.team("North"),), name="Asker")


@pytest.fixture
def hidden(owner: User, south: Team) -> Customer:
    """A customer of somebody else, whose details must show nowhere."""
    made = factories.customer(
        name="王小明",
        owner=owner,
        team=south,
        phone=PHONE,
        company=f"{CANARY}-company",
        city=f"{CANARY}-city",
    )
    factories.identity(made, "phone", PHONE)
    return made


@pytest.fixture
def as_asker(client: Client, asker: User) -> Client:
    client.force_login(asker)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
