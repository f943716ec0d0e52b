"""The inbox's pages, and what is sent from them."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from channels import factories
from channels.inbox.models import CannedReply, Conversation, Draft, Enclosure, Message
from channels.models import Channel
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories as customers
from customers.models import Customer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def made(seller: User) -> Customer:
    return customers.customer(owner=seller, name="王小明", email="wang@example.com", country="CN")


@pytest.fixture
def asked(made: Customer, channel: Channel, seller: User) -> Conversation:
    found = factories.conversation(made, channel=channel, subject="Parcel", assignee=seller)
    factories.message(found, address="wang@example.com", html="<b>Where</b>")
    return found


def page(client: Client, url: str, **options: Any) -> str:
    return client.get(url, **options).content.decode()


def test_a_conversation_stands_beside_its_queue(as_seller: Client, asked: Conversation) -> None:
    text = page(as_seller, f"/inbox/{asked.pk}/")
    assert text.count("Where is my parcel?") == 2
    assert "reply-composer" in text
    part = page(as_seller, f"/inbox/{asked.pk}/", headers=HTMX)
    assert "inbox-queues" not in part
    assert "reply-composer" in part
    assert "<b>Where</b>" in page(as_seller, f"/inbox/{asked.pk}/messages/{asked.messages.get().pk}/html/")


def test_how_full_the_queues_are_comes_after_the_conversation(as_seller: Client, asked: Conversation) -> None:
    counted = '<span class="count">1</span>'
    opened = page(as_seller, f"/inbox/{asked.pk}/")
    assert counted not in opened
    assert 'hx-trigger="load, ' in opened
    later = page(as_seller, "/inbox/queues/", headers=HTMX)
    assert counted in later
    # It asks again when something happens, not for ever.
    assert "load, " not in later


@pytest.mark.parametrize(
    "queue", ["mine", "unassigned", "mentioned", "pending", "snoozed", "closed", "all", "none"]
)
def test_every_queue_opens(as_operator: Client, asked: Conversation, queue: str) -> None:
    assert as_operator.get("/inbox/", {"queue": queue}).status_code == 200


def test_strangers_see_nothing(
    client: Client, asked: Conversation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(people.user(Role.SALES))
    message = asked.messages.get().pk
    for url in ("", "messages/", "panel/", "composer/", f"messages/{message}/html/"):
        assert client.get(f"/inbox/{asked.pk}/{url}").status_code == 404
    assert "王小明" not in page(client, "/inbox/?queue=all")
    assert client.post(f"/inbox/{asked.pk}/notes/", {"text": "hm"}).status_code == 404
    client.force_login(people.user(Role.AUDITOR))
    assert client.get("/inbox/").status_code == 404


def test_pages_ask_little(
    as_operator: Client, asked: Conversation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        factories.message(asked, text=f"And {number}", direction="in" if number % 3 else "out")
    as_operator.get("/inbox/")
    with django_assert_max_num_queries(7):
        as_operator.get("/inbox/?queue=all")
    with django_assert_max_num_queries(36):
        as_operator.get(f"/inbox/{asked.pk}/")
    with django_assert_max_num_queries(18):
        as_operator.get(f"/inbox/{asked.pk}/messages/", headers=HTMX)


def test_older_messages_come_a_page_at_a_time(as_operator: Client, asked: Conversation) -> None:
    Message.objects.bulk_create(
        [Message(conversation=asked, direction="in", text=f"No {number};") for number in range(90)]
    )
    text = page(as_operator, f"/inbox/{asked.pk}/")
    assert "No 89;" in text
    assert "No 49;" not in text
    first = asked.messages.get(text="No 50;").pk
    older = page(as_operator, f"/inbox/{asked.pk}/messages/?before={first}")
    assert "No 49;" in older
    assert "No 50;" not in older
    assert "No 50;" in page(as_operator, f"/inbox/{asked.pk}/messages/?since={first}")


def reply(asked: Conversation, **fields: Any) -> dict[str, Any]:
    return {"channel": asked.channel_id, "text": "Tomorrow.", "client_token": "a", **fields}


def test_an_answer_can_be_taken_back(as_seller: Client, asked: Conversation) -> None:
    answer = as_seller.post(f"/inbox/{asked.pk}/replies/", reply(asked), headers=HTMX)
    assert "withdrawal" in answer.headers["HX-Trigger"]
    assert "conversation-changed" in answer.headers["HX-Trigger"]
    as_seller.post(f"/inbox/{asked.pk}/replies/", reply(asked), headers=HTMX)
    message = asked.messages.get(direction="out")

    as_seller.post(f"/inbox/{asked.pk}/messages/{message.pk}/withdrawal/", headers=HTMX)

    assert not asked.messages.filter(direction="out").exists()
    assert Draft.objects.get().text == "Tomorrow."
    assert "Tomorrow.</textarea>" in page(as_seller, f"/inbox/{asked.pk}/composer/")


def test_what_came_meanwhile_is_shown_before_it_is_sent(as_seller: Client, asked: Conversation) -> None:
    seen = asked.messages.get().pk
    factories.message(asked, text="Never mind!")
    answer = as_seller.post(f"/inbox/{asked.pk}/replies/", reply(asked, seen=seen), headers=HTMX)
    assert answer.status_code == 422
    assert "Tomorrow.</textarea>" in answer.content.decode()
    assert not asked.messages.filter(direction="out").exists()
    plain = as_seller.post(f"/inbox/{asked.pk}/replies/", reply(asked, seen=seen))
    assert "Never mind!" in plain.content.decode()

    as_seller.post(f"/inbox/{asked.pk}/replies/", reply(asked, seen=seen, anyway="1"), headers=HTMX)
    assert asked.messages.filter(direction="out").exists()


def test_files_go_along_and_come_back_as_downloads(
    as_seller: Client, asked: Conversation, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("bill.pdf", b"%PDF-1.4 x")
    as_seller.post(f"/inbox/{asked.pk}/notes/", {"text": "see", "files": file})
    kept = Enclosure.objects.get()
    answer = as_seller.get(f"/inbox/{asked.pk}/files/{kept.pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 x"  # type: ignore[attr-defined]
    page_of_html = SimpleUploadedFile("x.html", b"<html><script>1</script>")
    bad = as_seller.post(f"/inbox/{asked.pk}/notes/", {"text": "see", "files": page_of_html})
    assert bad.status_code == 400


@pytest.mark.parametrize(
    ("verb", "fields", "status"),
    [
        ("assignment", {"to": "me"}, "open"),
        ("nap", {"for_how_long": "hour"}, "snoozed"),
        ("closure", {"reason": "solved"}, "closed"),
        ("facts", {"subject": "Box", "tags": "a, b", "priority": "4"}, "open"),
    ],
)
def test_verbs_of_the_head(
    as_operator: Client, asked: Conversation, verb: str, fields: dict[str, str], status: str
) -> None:
    answer = as_operator.post(f"/inbox/{asked.pk}/{verb}/", fields, headers=HTMX)
    assert answer.status_code == 204
    asked.refresh_from_db()
    assert asked.status == status
    if verb == "facts":
        assert (asked.subject, asked.tags, asked.priority) == ("Box", ["a", "b"], 4)
    if status != "open":
        as_operator.post(f"/inbox/{asked.pk}/{verb}/", {"off": "1"})
        asked.refresh_from_db()
        assert asked.status == "open"


def test_who_may_not_give_it_away_may_take_it(as_seller: Client, asked: Conversation) -> None:
    other = people.user(Role.OPERATIONS)
    assert as_seller.post(f"/inbox/{asked.pk}/assignment/", {"to": other.pk}).status_code == 409
    assert as_seller.post(f"/inbox/{asked.pk}/assignment/", {"to": "me"}).status_code == 302


def test_canned_replies_are_filled_in(as_seller: Client, asked: Conversation, seller: User) -> None:
    fields = {"title": "Hello", "shortcut": "hi", "text": "Dear {{ customer.name }}, {{ agent.name }}"}
    assert as_seller.post("/inbox/canned/new/", fields).status_code == 302
    assert as_seller.post("/inbox/canned/new/", fields).status_code == 422
    kept = CannedReply.objects.get()
    assert f"Dear 王小明, {seller}" in page(as_seller, f"/inbox/{asked.pk}/canned/?q=h")
    as_seller.post(f"/inbox/canned/{kept.pk}/use/")
    assert "/hi" in page(as_seller, "/inbox/canned/")
    other = people.team("Elsewhere")
    CannedReply.objects.update(team=other)
    assert as_seller.get(f"/inbox/canned/{kept.pk}/").status_code == 404


def test_a_conversation_begins_on_the_customer_page(
    as_seller: Client, made: Customer, channel: Channel
) -> None:
    text = page(as_seller, f"/customers/{made.pk}/?compose=message")
    assert f"/customers/{made.pk}/conversations/" in text
    fields = {"channel": channel.pk, "subject": "Offer", "text": "Hello", "client_token": "x"}
    as_seller.post(f"/customers/{made.pk}/conversations/", fields)
    begun = Conversation.objects.get()
    assert (begun.status, begun.subject, begun.messages.count()) == ("pending", "Offer", 1)
    assert "Offer" in page(as_seller, f"/customers/{made.pk}/panels/conversations/")
    offer = fields | {"purpose": "marketing", "client_token": "y"}
    assert as_seller.post(f"/customers/{made.pk}/conversations/", offer).status_code == 409
    assert begun.messages.count() == 1
