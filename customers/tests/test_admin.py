"""Django's admin opens no side door."""

from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import admin, factories, search
from customers.models import Customer

pytestmark = pytest.mark.django_db
LIST = "/admin/customers/customer/"


@pytest.fixture
def support(client: Client) -> User:
    user = people.user(Role.OPERATIONS, is_staff=True)
    client.force_login(user)
    return user


def test_search_asks_the_search_document(client: Client, support: User) -> None:
    factories.found(name="王小明")
    factories.found(name="李四")

    page = client.get(LIST, {"q": "wxm"}).content.decode()

    assert "王小明" in page
    assert "李四" not in page


def test_contacts_are_masked(client: Client, support: User) -> None:
    made = factories.found(phone="+8613812345678", email="wang@example.com")
    factories.identity(made, "phone", "+8613812345678")

    for url in (LIST, f"{LIST}{made.pk}/change/", "/admin/identity/identity/", "/admin/identity/profile/"):
        page = client.get(url)
        assert page.status_code == 200, url
        assert "13812345678" not in page.content.decode()
        assert "wang@example.com" not in page.content.decode()


def test_changes_go_through_the_services(client: Client, support: User) -> None:
    made = factories.found(name="王小明", phone="+8613812345678")

    client.post(f"{LIST}{made.pk}/change/", {"kind": "person", "name": "李四", "city": "上海", "tags": ""})

    made.refresh_from_db()
    assert (made.name, made.city, made.phone, made.version) == ("李四", "上海", "+8613812345678", 2)
    assert search.find(Customer.objects.all(), "ls") == [made]
    assert AuditEntry.objects.get(action="customer.changed").actor == support


def test_a_new_customer_is_complete(client: Client, support: User) -> None:
    response = client.post(f"{LIST}add/", {"kind": "person", "name": "王小明", "tags": ""})

    assert response.status_code == 302
    made = Customer.objects.get()
    assert made.rollup.orders == 0
    assert search.find(Customer.objects.all(), "wxm") == [made]


def test_deleting_hides(client: Client) -> None:
    manager = people.user(Role.MANAGER, is_staff=True)
    client.force_login(manager)
    made = factories.customer(owner=manager)

    client.post(f"{LIST}{made.pk}/delete/", {"post": "yes"})

    made.refresh_from_db()
    assert made.deleted_at is not None


def test_a_seller_with_a_staff_badge_sees_their_own(client: Client) -> None:
    seller = people.user(Role.SALES, is_staff=True)
    client.force_login(seller)
    factories.customer(name="Mine", owner=seller)
    other = factories.customer(name="Another's")

    page = client.get(LIST).content.decode()

    assert "Mine" in page
    assert "Another" not in page
    assert client.get(f"{LIST}{other.pk}/change/").status_code == 302


def test_an_export_is_safe_for_spreadsheets_and_logged(client: Client, support: User) -> None:
    factories.customer(name="=cmd|' /C calc'!A0", city="上海")

    answer = client.post(f"{LIST}export/", export_form(client))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "上海" in text
    assert "\n=cmd" not in text
    assert ",=cmd" not in text
    assert AuditEntry.objects.get(action="customers.exported").detail == {"number": 1}


def test_too_large_an_export_is_refused(
    client: Client, support: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "MOST_EXPORTED", 1)
    factories.customer()
    form = export_form(client)
    factories.customer()

    assert client.post(f"{LIST}export/", form).status_code == 409


def test_who_may_not_export_does_not(client: Client) -> None:
    client.force_login(people.user(Role.MARKETING, is_staff=True))
    factories.customer()

    assert client.post(f"{LIST}export/", {"format": "0"}).status_code == 403


def test_ledgers_are_read_only(client: Client, support: User) -> None:
    entry = factories.entry(factories.customer())

    assert client.get("/admin/timeline/entry/").status_code == 200
    assert client.post(f"/admin/timeline/entry/{entry.pk}/change/", {"summary": "x"}).status_code == 403
    assert client.post(f"/admin/timeline/entry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_list_counts_no_further_than_it_turns_pages(
    client: Client, support: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr("crm.lib.admin.MOST_COUNTED", 3)
    for _number in range(5):
        factories.customer()
    client.get(LIST)

    with django_assert_max_num_queries(8):
        page = client.get(LIST)

    assert page.context["cl"].result_count == 3


def export_form(client: Client) -> dict[str, str]:
    """Everything the export page offers, as CSV."""
    form = client.get(f"{LIST}export/").context["form"]
    return {
        "format": "0",
        "resource": "",
        **{name: "on" for name in form.fields if name.startswith("customerresource_")},
    }
