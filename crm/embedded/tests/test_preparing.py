"""The first start leaves one person who may sign in."""

import pytest

from crm.accounts.models import User
from crm.embedded import preparing

pytestmark = pytest.mark.django_db


def test_first_account_administers_and_has_a_password_of_its_own() -> None:
    assert preparing.nobody_administers()
    name, password = preparing.first_account()
    user = User.objects.get(username=name)
    assert user.check_password(password)
    assert user.may("customer", "view")
    assert not preparing.nobody_administers()


def test_administrator_who_left_does_not_count() -> None:
    preparing.first_account()
    User.objects.update(is_active=False)
    assert preparing.nobody_administers()


def test_every_migration_of_the_code_is_applied() -> None:
    assert preparing.pending_migrations() == 0
