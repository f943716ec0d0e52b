"""Consent as programs read and record it."""

import pytest

from channels.consent.models import ConsentEntry
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller
from customers import factories

pytestmark = pytest.mark.django_db


def test_a_program_records_an_act_with_its_proof_once() -> None:
    api = Caller(people.user(Role.OPERATIONS))
    path = f"customers/{factories.customer().pk}/consents"
    said = {
        "purpose": "marketing",
        "channel": "email",
        "state": "granted",
        "source": "shop",
        "at": "2026-01-31T09:30:00+08:00",
        "evidence": {"form": "checkout"},
    }
    for _ in range(2):
        answer = api.post(path, said)

    assert answer.status == 201
    entry = ConsentEntry.objects.get()
    assert (entry.evidence["form"], entry.by) == ("checkout", api.user)
    email = next(one for one in api.get(path).data["items"] if one["channel"] == "email")
    assert (email["state"], email["allowed"]) == ("granted", True)


def test_a_token_without_the_scope_records_nothing() -> None:
    api = Caller(people.user(Role.OPERATIONS), "consent:read")
    path = f"customers/{factories.customer().pk}/consents"
    said = {"purpose": "marketing", "channel": "email", "state": "granted", "source": "shop"}
    answer = api.post(path, said)
    assert (answer.status, answer.data["type"]) == (403, "urn:crm:problem:missing_scope")
    assert not ConsentEntry.objects.exists()
