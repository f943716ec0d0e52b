"""Orders in the admin: to look at and to export; files come in through the importer."""

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/order/"


@pytest.fixture
def support(client: Client) -> Client:
    client.force_login(people.user(Role.OPERATIONS, is_staff=True, is_superuser=True))
    return client


def test_orders_are_shown_and_exported_safely(support: Client) -> None:
    factories.order(factories.customer(name="=cmd|x"), external_id="@A1")
    form = support.get(f"{LIST}export/").context["form"]
    chosen = {name: "on" for name in form.fields if name.startswith("orderresource_")}

    text = support.post(f"{LIST}export/", {"format": "0", "resource": "", **chosen}).content.decode()

    assert "'@A1" in text
    assert "'=cmd|x" in text
    assert AuditEntry.objects.get(action="orders.exported").detail == {"number": 1}


def test_the_import_button_leads_to_the_importer(support: Client) -> None:
    response = support.get(f"{LIST}import/")

    assert (response.status_code, response.headers["Location"]) == (302, "/imports/new/")


def test_nobody_changes_an_order_here(support: Client) -> None:
    order = factories.order(factories.customer())

    assert support.post(f"{LIST}{order.pk}/change/", {"amount": 1}).status_code == 403
    assert support.post(f"{LIST}{order.pk}/delete/", {"post": "yes"}).status_code == 403
