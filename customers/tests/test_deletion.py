"""POST /customers/<pk>/deletion/"""

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers import factories, services
from customers.models import Customer

pytestmark = pytest.mark.django_db


def test_a_manager_deletes_and_the_facts_stay(client: Client) -> None:
    team = people.team()
    manager = people.user(Role.MANAGER, teams=(team,))
    made = factories.found(name="王小明", team=team)
    factories.order(made)
    client.force_login(manager)

    response = client.post(f"/customers/{made.pk}/deletion/")

    assert response.headers["Location"] == "/customers/"
    assert client.get(f"/customers/{made.pk}/").status_code == 404
    assert "王小明" not in client.get("/search/?q=王小明").content.decode()
    assert Customer.objects.get(pk=made.pk).orders.count() == 1
    assert AuditEntry.objects.get(action="customer.deleted").actor == manager


def test_deleting_twice_is_refused() -> None:
    made, manager = factories.customer(), people.user(Role.MANAGER)
    services.remove(made, by=manager)

    with pytest.raises(Refused):
        services.remove(made, by=manager)


def test_who_may_not_delete_gets_404(as_operator: Client, client: Client) -> None:
    made = factories.customer(team=people.team())
    assert as_operator.post(f"/customers/{made.pk}/deletion/").status_code == 404
    client.force_login(people.user(Role.MANAGER, teams=(people.team(),)))
    assert client.post(f"/customers/{made.pk}/deletion/").status_code == 404
    assert client.get(f"/customers/{made.pk}/deletion/").status_code == 405
    made.refresh_from_db()
    assert made.deleted_at is None
