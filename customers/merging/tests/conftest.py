import pytest

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role


@pytest.fixture
def operator() -> User:
    """May join everybody."""
    return people.user(Role.OPERATIONS)
