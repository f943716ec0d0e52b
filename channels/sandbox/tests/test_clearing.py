import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from channels.sandbox.factories import message
from channels.sandbox.models import SandboxMessage
from channels.tests.test_list import signed_in
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
URL = "channels:sandbox-clearing"


def test_the_mailbox_is_emptied(client: Client) -> None:
    message()
    message()
    page = signed_in(client, Role.ADMIN).post(reverse(URL), follow=True).content.decode()
    assert "2 messages were removed." in page
    assert not SandboxMessage.objects.exists()
    assert AuditEntry.objects.get(action="sandbox.cleared").detail == {"messages": 2}


def test_looking_removes_nothing(client: Client) -> None:
    assert signed_in(client, Role.ADMIN).get(reverse(URL)).status_code == 405


def test_a_stranger_may_not(client: Client) -> None:
    message()
    assert signed_in(client, Role.MARKETING).post(reverse(URL)).status_code == 404
    assert SandboxMessage.objects.exists()


def test_a_key_comes_over_http_only_once() -> None:
    message(protocol="smtp", key="k")
    message(protocol="smtp", key="k")
    message(protocol="http", key="k")
    message(protocol="http", key="")
    message(protocol="http", key="")
    with pytest.raises(IntegrityError), transaction.atomic():
        message(protocol="http", key="k")
