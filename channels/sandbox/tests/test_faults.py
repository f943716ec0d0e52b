from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from channels.sandbox.models import Faults
from channels.tests.test_list import signed_in
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
URL = "channels:sandbox-faults"
NEWER = ("failing", "erring", "cut", "dripping", "twins")
OLDER = {"delay": "250", "temporary": "10", "permanent": "100", "dropped": "5", "refused": "on"}
WISH = OLDER | dict.fromkeys(NEWER, "7")


def test_the_wish_is_kept_in_the_one_row(client: Client) -> None:
    signed_in(client, Role.ADMIN)
    assert client.post(reverse(URL), WISH).status_code == 302
    client.post(reverse(URL), {**WISH, "delay": "0", "refused": ""})
    row = Faults.objects.get()
    assert (row.pk, row.delay, row.temporary, row.dropped, row.refused) == (1, 0, 10, 5, False)
    assert {getattr(row, name) for name in NEWER} == {7}
    assert AuditEntry.objects.filter(action="sandbox.faults").count() == 2


@pytest.mark.parametrize(
    "change",
    [{"delay": "-1"}, {"delay": "60001"}, {"temporary": "101"}, {"dropped": "x"}, {"permanent": "9" * 5000}],
)
def test_bad_input_is_answered_with_a_sentence(client: Client, change: dict[str, str]) -> None:
    response = signed_in(client, Role.ADMIN).post(reverse(URL), {**WISH, **change})
    assert response.status_code == 422
    assert not Faults.objects.exists()


@pytest.mark.parametrize("role", [Role.MARKETING, Role.SALES])
def test_a_stranger_may_not(client: Client, role: Role) -> None:
    assert signed_in(client, role).post(reverse(URL), WISH).status_code == 404
    assert not Faults.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        *({"pk": 2}, {"temporary": 101}, {"permanent": 101}, {"dropped": 101}, {"delay": 60_001}),
        *({name: 101} for name in NEWER),
    ],
)
def test_the_database_holds_the_line(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Faults.objects.create(**{"pk": 1, **fields})
