"""Events on their way: told in the transaction, signed, sent until taken, always under the same id."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from channels import secrets
from channels.webhooks import delivering, factories, services
from channels.webhooks.delivering import PAUSES
from channels.webhooks.models import Attempt, Delivery, Event, Subscription
from channels.webhooks.tests.receiver import Receiver, listening
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories as customers
from customers import services as customer_services
from customers.timeline import services as timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_LOCAL_TARGETS = True
    with listening() as server:
        yield server


def later() -> None:
    """Whatever waits or rests is due now."""
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())
    Subscription.objects.update(rests_until=None)


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + b64encode(hmac.digest(b64decode(secret.removeprefix("whsec_")), signed, sha256)).decode()


def test_a_change_is_told_with_ids_and_no_personal_data(receiver: Receiver) -> None:
    webhook = factories.subscription(url=receiver.url)
    user = people.user(Role.OPERATIONS)
    customer = customers.customer(name="Li Ming", phone="+8613800138000")
    customer_services.update(customer, {"city": "上海", "phone": "+8613900139000"}, version=1, by=user)

    delivering.deliver(webhook.pk)

    headers, body = receiver.heard[0]
    said = json.loads(body)
    assert said["type"] == "customer.updated"
    assert (said["data"]["customer"], said["data"]["fields"]) == (customer.pk, ["city", "phone"])
    # Keys and times are random numbers, in which any digits may stand.
    said |= {"id": "", "timestamp": "", "data": said["data"] | {"customer": 0}}
    assert not any(word in json.dumps(said, ensure_ascii=False) for word in ("Li Ming", "上海", "139"))
    secret = secrets.unseal(webhook.secret)["secret"]
    assert headers["webhook-signature"] == signature(secret, headers, body)
    assert headers["webhook-id"] == f"evt_{Event.objects.get().token.hex}"
    assert Delivery.objects.get().state == "done"


def test_what_is_rolled_back_was_never_told() -> None:
    factories.subscription()
    with transaction.atomic():
        timeline.record(customers.customer(), "call", summary="Called")
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def test_only_what_was_asked_for_is_told() -> None:
    factories.subscription(events=["order.recorded"])
    factories.subscription(enabled=False)
    timeline.record(customers.customer(), "call", summary="Called")
    timeline.record(customers.customer(), "order.placed", summary="A-1", source="order", source_id="17")
    assert json.loads(Event.objects.get().body)["data"]["order"] == 17


def test_a_refused_event_is_sent_again_under_the_same_id(receiver: Receiver) -> None:
    webhook = factories.subscription(url=receiver.url)
    receiver.answers = [(500, {}, b"sorry")]
    timeline.record(customers.customer(), "call", summary="Called")

    delivering.deliver(webhook.pk)
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert Attempt.objects.get().answer == "sorry"
    later()
    delivering.deliver(webhook.pk)

    assert len({headers["webhook-id"] for headers, _body in receiver.heard}) == 1
    assert len({body for _headers, body in receiver.heard}) == 1
    assert Delivery.objects.get().state == "done"


def test_what_a_crash_left_is_sent_again_under_the_same_id(receiver: Receiver) -> None:
    webhook = factories.subscription(url=receiver.url)
    timeline.record(customers.customer(), "call", summary="Called")
    assert delivering._claim(webhook)
    assert delivering.sweep() == []

    later()
    assert delivering.sweep() == [webhook.pk]
    delivering.deliver(webhook.pk)
    assert len(receiver.heard) == 1


def test_an_address_that_fails_is_left_alone_for_a_while(receiver: Receiver) -> None:
    webhook = factories.subscription(url=receiver.url)
    receiver.answers = [(500, {}, b"")] * 9
    for _ in range(3):
        timeline.record(customers.customer(), "call", summary="Called")
    delivering.deliver(webhook.pk)
    delivering.deliver(webhook.pk)

    assert len(receiver.heard) == 1
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    receiver.answers = []
    later()
    delivering.deliver(webhook.pk)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}
    webhook.refresh_from_db()
    assert webhook.failures == 0


def test_after_the_last_attempt_it_is_given_up_until_somebody_sends_it_again(receiver: Receiver) -> None:
    webhook = factories.subscription(url=receiver.url)
    timeline.record(customers.customer(), "call", summary="Called")
    Delivery.objects.update(attempts=len(PAUSES))
    receiver.answers = [(410, {}, b"")]
    delivering.deliver(webhook.pk)
    assert Delivery.objects.get().state == "dead"

    services.redeliver(Delivery.objects.get(), by=people.user(Role.ADMIN))
    delivering.deliver(webhook.pk)
    assert Delivery.objects.get().state == "done"


def test_for_a_day_both_secrets_sign(receiver: Receiver) -> None:
    webhook = factories.subscription(url=receiver.url)
    former = secrets.unseal(webhook.secret)["secret"]
    new = services.rotate(webhook, by=people.user(Role.ADMIN))
    timeline.record(customers.customer(), "call", summary="Called")
    delivering.deliver(webhook.pk)

    headers, body = receiver.heard[0]
    assert headers["webhook-signature"].split() == [signature(one, headers, body) for one in (new, former)]
    Subscription.objects.update(former_until=timezone.now() - timedelta(1))
    webhook.refresh_from_db()
    assert delivering.secrets_of(webhook) == [new]


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    webhook = factories.subscription(url=receiver.url)
    with listening() as elsewhere:
        receiver.answers = [(302, {"Location": elsewhere.url}, b"")]
        timeline.record(customers.customer(), "call", summary="Called")
        delivering.deliver(webhook.pk)
        assert elsewhere.heard == []
    assert Attempt.objects.get().status == 302


def test_old_events_are_dropped() -> None:
    factories.subscription()
    timeline.record(customers.customer(), "call", summary="Called")
    Event.objects.update(at=timezone.now() - timedelta(days=31))
    delivering.sweep()
    assert not Delivery.objects.exists()
