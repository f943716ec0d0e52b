"""When a customer was last spoken to, and the lists of those who were not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.accounts.models import User
from customers import factories
from customers.models import Customer
from customers.tasks import contacts, filters
from customers.tasks.models import ContactProgress, LastContact
from customers.timeline import services as timeline

pytestmark = pytest.mark.django_db


def names(*values: str) -> set[str]:
    return set(filters.apply(Customer.objects.present(), list(values)).values_list("name", flat=True))


def test_a_call_counts_at_once_and_a_note_does_not(seller: User) -> None:
    customer = factories.customer()
    timeline.record(customer, "note", summary="", body="Nice people", by=seller)
    assert contacts.last(customer) is None
    timeline.record(customer, "call", summary="", channel="phone", direction="out", by=seller)
    found = contacts.last(customer)
    assert found is not None
    assert found.channel == "phone"


def test_the_sweep_finds_what_was_written_in_bulk() -> None:
    ago = timezone.now() - timedelta(days=100)
    called, imported, fresh = (factories.customer(name=name) for name in ("called", "imported", "fresh"))
    factories.entry(called, kind="call", direction="in", occurred_at=ago - timedelta(days=1))
    factories.entry(called, kind="call", direction="in", occurred_at=ago)
    factories.entry(imported, kind="order", direction="none")
    factories.entry(imported, kind="message", channel="sms", direction="out")
    contacts.sweep()
    factories.entry(fresh, kind="message", channel="wechat", direction="in")
    contacts.sweep()

    assert LastContact.objects.get(customer=called).at == ago
    assert names("never") == {"imported"}
    assert names("90") == names("60", "90") == {"called"}
    assert names("180") == set()
    assert names("never", "90") == {"imported", "called"}


def test_older_news_changes_nothing() -> None:
    customer, now = factories.customer(), timezone.now()
    factories.entry(customer, kind="call", direction="in", occurred_at=now)
    contacts.sweep()
    ContactProgress.objects.update(entries=0)
    factories.entry(customer, kind="call", direction="in", occurred_at=now - timedelta(days=9))
    contacts.sweep()

    assert LastContact.objects.get().at == now


def test_who_has_no_next_step_is_found(seller: User) -> None:
    late = timezone.localdate() - timedelta(days=1)
    planned, overdue, idle = (factories.customer(name=name) for name in ("planned", "overdue", "idle"))
    factories.task(seller, customer=planned)
    factories.task(seller, customer=overdue, due_on=late)

    assert names("no_step") == {idle.name}
    assert names("overdue") == {overdue.name}
