"""Webhooks as administrators handle them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels import secrets
from channels.webhooks import factories
from channels.webhooks.models import Delivery, Subscription
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(people.user(Role.ADMIN))
    return client


def test_the_secret_is_shown_once_and_kept_sealed(admin: Client) -> None:
    said = {"name": "Shop", "url": "https://1.1.1.1/events", "events": ["task.done"], "enabled": "on"}
    page = admin.post(reverse("webhooks:new"), said)
    webhook = Subscription.objects.get()
    secret = secrets.unseal(webhook.secret)["secret"]

    assert secret in page.content.decode()
    assert secret not in webhook.secret
    assert secret not in admin.get(reverse("webhooks:detail", args=[webhook.pk])).content.decode()
    assert AuditEntry.objects.filter(action="webhook.created").exists()


def test_an_inner_address_is_refused(admin: Client) -> None:
    said = {"name": "Shop", "url": "https://169.254.169.254/", "events": ["task.done"]}
    assert admin.post(reverse("webhooks:new"), said).status_code == 422
    assert not Subscription.objects.exists()


def test_a_test_event_waits_to_be_sent(admin: Client, django_assert_max_num_queries: Any) -> None:
    webhook = factories.subscription(enabled=False)
    admin.post(reverse("webhooks:ping", args=[webhook.pk]))
    assert Delivery.objects.get().event.kind == "test.ping"
    with django_assert_max_num_queries(10):
        assert admin.get(reverse("webhooks:detail", args=[webhook.pk])).status_code == 200
        assert admin.get(reverse("webhooks:list")).status_code == 200


def test_a_webhook_is_changed_rotated_and_deleted(admin: Client) -> None:
    webhook = factories.subscription()
    said = {"name": "Till", "url": "https://1.1.1.1/", "events": ["task.done"]}
    assert admin.post(reverse("webhooks:edit", args=[webhook.pk]), said).status_code == 302
    assert admin.post(reverse("webhooks:secret", args=[webhook.pk])).status_code == 200
    webhook.refresh_from_db()
    assert (webhook.name, webhook.enabled, bool(webhook.former_secret)) == ("Till", False, True)
    admin.post(reverse("webhooks:deletion", args=[webhook.pk]))
    assert not Subscription.objects.exists()


def test_operations_may_look_and_sellers_may_not(client: Client) -> None:
    webhook = factories.subscription()
    client.force_login(people.user(Role.OPERATIONS))
    assert client.get(reverse("webhooks:detail", args=[webhook.pk])).status_code == 200
    assert client.post(reverse("webhooks:ping", args=[webhook.pk])).status_code == 404
    client.force_login(people.user(Role.SALES))
    assert client.get(reverse("webhooks:list")).status_code == 404
