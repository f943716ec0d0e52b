"""Conversations for programs and in the search box."""

import pytest
from django.test import Client

from channels import factories
from channels.inbox import searching
from channels.inbox.models import Conversation
from channels.models import Channel
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.api import services as tokens
from customers import factories as customers

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(seller: User, channel: Channel) -> Conversation:
    made = customers.customer(owner=seller, name="王小明", email="wang@example.com", country="CN")
    found = factories.conversation(made, channel=channel, subject="Parcel 17")
    factories.message(found, address="wang@example.com")
    return found


def bearer(user: User) -> dict[str, str]:
    made = tokens.create(user, "Desk", ["conversations:read", "conversations:write"], days=1, by=user)
    return {"Authorization": f"Bearer {made.secret}"}


def test_a_program_reads_answers_and_notes(client: Client, asked: Conversation, operator: User) -> None:
    head = bearer(operator)
    listed = client.get("/api/v1/conversations?status=open", headers=head).json()["items"]
    assert [one["subject"] for one in listed] == ["Parcel 17"]
    url = f"/api/v1/conversations/{asked.pk}"
    reply = {"channel": asked.channel_id, "text": "Tomorrow.", "key": "r1"}
    for _again in range(2):
        said = client.post(f"{url}/replies", reply, content_type="application/json", headers=head)
        assert said.status_code == 201
    note = client.post(
        f"{url}/notes", {"text": "Late again", "key": "n1"}, content_type="application/json", headers=head
    )
    assert note.json()["direction"] == "note"
    messages = client.get(f"{url}/messages", headers=head).json()["items"]
    assert [one["text"] for one in messages] == ["Late again", "Tomorrow.", "Where is my parcel?"]
    assert client.get(url, headers=head).json()["status"] == "pending"


def test_strangers_are_told_nothing(client: Client, asked: Conversation) -> None:
    head = bearer(people.user(Role.SERVICE))
    assert client.get(f"/api/v1/conversations/{asked.pk}", headers=head).status_code == 404
    assert client.get("/api/v1/conversations", headers=head).json()["items"] == []


def test_it_is_found_by_number_and_by_its_subject(asked: Conversation, operator: User) -> None:
    for typed in (f"#{asked.pk}", str(asked.pk), "parc"):
        assert [one.pk for one in searching.find(operator, typed, 5)] == [asked.pk]
    assert searching.find(people.user(Role.SALES), "parc", 5) == []
