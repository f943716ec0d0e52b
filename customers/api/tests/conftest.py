import pytest
from django.core.cache import cache

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def api(db: None) -> Caller:
    return Caller(people.user(Role.OPERATIONS))
