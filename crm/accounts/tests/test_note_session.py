"""Where somebody is signed in is noted now and then, not on every request."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from crm.accounts import factories
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db


def test_the_first_request_notes_the_session_and_the_next_does_not(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    cache.clear()
    user = factories.user(Role.SALES)
    client.force_login(user)

    client.get("/search/")

    assert UserSession.objects.get().user == user
    with django_assert_max_num_queries(2):
        client.get("/search/")


def test_a_visitor_leaves_no_session(client: Client) -> None:
    client.get("/account/login/")

    assert not UserSession.objects.exists()
