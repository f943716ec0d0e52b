"""The address that providers call."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from channels.connectors.arriving import Record
from channels.inbound.models import Cursor, Event
from channels.inbound.tests.probe import Probe, probe_channel, raw, registered
from channels.inbox.models import Message
from channels.models import Channel
from channels.tests.test_list import signed_in
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db
BODY = raw({"key": "1"})


@pytest.fixture(autouse=True)
def probe() -> Iterator[Probe]:
    with registered() as one:
        yield one


@pytest.fixture
def mailbox() -> Channel:
    return probe_channel()


def call(
    client: Client, channel: Channel, body: bytes = BODY, signature: str = "right", name: str = ""
) -> int:
    given = {"X-Probe": signature, **({"X-Id": name} if name else {})}
    answer = client.post(f"/in/{channel.token}/", body, content_type="application/json", headers=given)
    return answer.status_code


def test_what_is_proven_is_stored_and_acknowledged(client: Client, mailbox: Channel) -> None:
    answer = client.post(
        f"/in/{mailbox.token}/", BODY, content_type="application/json", headers={"X-Probe": "right"}
    )
    assert (answer.status_code, answer.content) == (200, b"success")
    assert bytes(Event.objects.get().raw) == BODY
    assert call(client, mailbox) == 200
    assert Event.objects.count() == 1


def test_what_is_only_announced_is_fetched_at_once(client: Client, mailbox: Channel, probe: Probe) -> None:
    Cursor.objects.create(channel=mailbox, due_at=timezone.now() + timedelta(seconds=20))
    probe.waiting = [Record("later", raw({"key": "later", "text": "As announced"}))]
    assert call(client, mailbox, raw({"part": "ignored", "key": "1"})) == 200
    assert [one.text for one in Message.objects.all()] == ["As announced"]


def test_what_is_not_proven_is_counted_and_not_stored(client: Client, mailbox: Channel) -> None:
    assert call(client, mailbox, signature="wrong") == 403
    assert call(client, mailbox, signature="") == 401
    assert not Event.objects.exists()
    mailbox.refresh_from_db()
    assert mailbox.last_error == "unsigned: signature"


def test_a_provider_that_asks_is_answered(client: Client, mailbox: Channel) -> None:
    assert client.get(f"/in/{mailbox.token}/?echo=17").content == b"17"
    assert client.get(f"/in/{mailbox.token}/").status_code == 401


def test_a_call_may_say_everything_in_its_address(client: Client, mailbox: Channel) -> None:
    assert client.get(f"/in/{mailbox.token}/?a=1", headers={"X-Probe": "right"}).status_code == 200
    assert bytes(Event.objects.get().raw) == b"a=1"


def test_nobody_else_learns_anything(client: Client, mailbox: Channel) -> None:
    assert client.post("/in/unknown/", BODY, content_type="application/json").status_code == 404
    Channel.objects.filter(pk=mailbox.pk).update(connector="sandbox_smtp")
    assert call(client, mailbox) == 404
    assert client.put(f"/in/{mailbox.token}/").status_code == 405


def test_too_much_is_not_read(client: Client, mailbox: Channel, settings: Any) -> None:
    settings.INBOUND_MAX_BYTES = len(BODY)
    assert call(client, mailbox) == 200
    assert call(client, mailbox, BODY + b" ") == 413


@pytest.mark.usefixtures("one_window")
def test_too_often_is_too_often(client: Client, mailbox: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.inbound.public_views.PER_MINUTE", 1)
    assert [call(client, mailbox, name=str(number)) for number in range(2)] == [200, 429]


def test_what_cannot_be_stored_is_not_acknowledged(
    client: Client, mailbox: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr("channels.inbound.storing.insert", refuse)
    assert call(client, mailbox) == 503


def test_a_channel_that_is_off_still_listens(client: Client, mailbox: Channel) -> None:
    Channel.objects.update(enabled=False)
    assert call(client, mailbox) == 200
    assert Event.objects.count() == 1
    assert not Message.objects.exists()


def test_the_list_tells_what_became_of_each(client: Client, mailbox: Channel) -> None:
    for number, state in enumerate(Event.State.values):
        Event.objects.create(
            channel=mailbox, dedupe_key=str(number), raw=b"secret", state=state, reason="nobody"
        )
    admin = signed_in(client, Role.ADMIN)
    page = admin.get(f"/channels/{mailbox.pk}/events/").content.decode()
    assert page.count("It names nobody") == 4
    assert "Try all 1 again" in page
    only = admin.get(f"/channels/{mailbox.pk}/events/?state=parked").content.decode()
    assert only.count("It names nobody") == 1
    card = admin.get("/channels/").content.decode()
    assert "?state=parked" in card


def test_the_raw_form_is_text_for_those_who_configure(client: Client, mailbox: Channel) -> None:
    event = Event.objects.create(
        channel=mailbox,
        dedupe_key="1",
        raw=b"<script>alert(1)</script>\x00\xff",
        state="parked",
        reason="internal: KeyError",
    )
    page = signed_in(client, Role.ADMIN).get(f"/channels/events/{event.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Something unforeseen happened (KeyError)" in page
    page = signed_in(client, Role.MARKETING).get(f"/channels/events/{event.pk}/").content.decode()
    assert "alert(1)" not in page
    assert client.post(f"/channels/events/{event.pk}/replay/").status_code == 404
    admin = signed_in(client, Role.ADMIN)
    assert admin.post(f"/channels/events/{event.pk}/replay/").status_code == 302
    assert admin.post(f"/channels/{mailbox.pk}/events/replay/").status_code == 302
