import pytest
from django.core.cache import cache

from crm.accounts import factories
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def operator(db: None) -> User:
    return factories.user(Role.OPERATIONS, Role.MANAGER)


@pytest.fixture
def api(operator: User) -> Caller:
    return Caller(operator)
