"""What the product does with its channels."""

from typing import Any

import pytest
from django.utils import timezone

from channels import secrets, services
from channels.connectors.base import (
    Accepted,
    Content,
    Envelope,
    Payload,
    Rejected,
    Retry,
    Trouble,
    Unknown,
    reason,
)
from channels.connectors.tests.providers import closed_port, serving, smtp
from channels.factories import channel
from channels.models import Channel
from crm.accounts.factories import user
from crm.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
PAYLOAD = Payload("a@b.test", "c@d.test", b"Subject: x\r\n\r\n")


@pytest.mark.parametrize(
    ("connector", "config"), [("gone", {}), ("smtp", {"port": "x"}), ("smtp", {"port": 25, "security": "x"})]
)
def test_a_channel_that_cannot_work_says_so_to_each_message(connector: str, config: dict[str, Any]) -> None:
    with services.open_session(channel(connector=connector, config=config)) as session:
        outcome = session.send(PAYLOAD, "key", 1)
        assert session.check(1) == outcome
    assert isinstance(outcome, Retry)
    assert outcome.channel_down
    assert outcome.reason.startswith(Trouble.SETUP)


def test_a_working_channel_sends() -> None:
    with serving(smtp()) as provider:
        one = channel(
            connector="smtp",
            config={
                "host": "127.0.0.1",
                "port": provider.port,
                "security": "none",
                "from_address": "n@b.test",
            },
        )
        prepared = services.prepare(one, Content("Hi {{ name }}", "x"))
        envelope = Envelope(to="c@d.test", key="k", at=timezone.now(), fields={"name": "Ann"})
        with services.open_session(one) as session:
            assert isinstance(session.send(prepared.render(envelope), "k", 5), Accepted)
        assert services.check(one) is None
    assert b"Subject: Hi Ann" in provider.messages[0]


def test_health_remembers_the_last_success_and_the_last_trouble() -> None:
    one = channel()
    services.note_outcome(one, Accepted("42"))
    services.note_outcome(one, Unknown(reason(Trouble.DROPPED)))
    one.refresh_from_db()
    assert one.last_sent_at
    assert one.last_error == "dropped"
    services.note_outcome(
        one, Rejected("550", permanent=True, reason=reason(Trouble.RECIPIENT, "550 no <a@b.test>"))
    )
    one.refresh_from_db()
    assert one.last_error == "recipient: 550 no <…>"


def test_checking_forgets_a_trouble_that_is_over() -> None:
    config = {"host": "127.0.0.1", "port": closed_port(), "security": "none"}
    one = channel(connector="smtp", config=config)
    assert isinstance(services.check(one), Retry)
    one.refresh_from_db()
    assert one.last_error == Trouble.REFUSED
    with serving(smtp()) as provider:
        one.config["port"] = provider.port
        assert services.check(one) is None
    one.refresh_from_db()
    assert (one.last_error, one.last_error_at) == ("", None)


def test_saving_keeps_the_stored_secret_unless_a_new_one_comes() -> None:
    admin, one = user(), Channel(name="Mail", connector="smtp")
    services.save(one, {"host": "a"}, {"password": "x"}, by=admin)
    services.save(one, {"host": "a"}, {}, by=admin)
    one.refresh_from_db()
    assert one.kind == "email"
    assert secrets.unseal(one.secret) == {"password": "x"}
    entries = AuditEntry.objects.order_by("pk")
    assert [entry.action for entry in entries] == ["channel.created", "channel.changed"]
    assert all("password" not in entry.detail for entry in entries)


def test_switching_is_recorded_once() -> None:
    admin, one = user(), channel()
    services.switch(one, on=False, by=admin)
    services.switch(one, on=False, by=admin)
    one.refresh_from_db()
    assert not one.enabled
    assert AuditEntry.objects.filter(action="channel.disabled").count() == 1


def test_sandbox_channels_are_made_once() -> None:
    first = services.ensure_sandbox_channels()
    assert services.ensure_sandbox_channels() == first
    assert {one.connector for one in first} == {"sandbox_smtp", "sandbox_http"}
    assert Channel.objects.count() == 2


def test_sandbox_channels_get_out_of_the_way_of_a_name_that_is_taken() -> None:
    channel(name="Sandbox SMTP", connector="smtp")
    assert len(services.ensure_sandbox_channels()) == 2
