"""Deleting, the list of the deleted, and bringing back."""

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers import factories, search, services
from customers.models import Customer
from customers.record.models import Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return people.team()


@pytest.fixture
def manager(team: Team) -> User:
    return people.user(Role.MANAGER, teams=(team,))


@pytest.fixture
def gone(team: Team, manager: User) -> Customer:
    made = factories.found(name="王小明", team=team)
    services.remove(made, by=manager)
    made.refresh_from_db()
    return made


def test_a_link_to_a_deleted_customer_says_who_deleted_it(
    client: Client, manager: User, gone: Customer
) -> None:
    client.force_login(manager)

    answer = client.get(f"/customers/{gone.pk}/")

    assert answer.status_code == 404
    assert manager.name in answer.content.decode()
    assert f'action="/customers/{gone.pk}/restoration/"' in answer.content.decode()


def test_for_others_there_is_nothing(client: Client, gone: Customer) -> None:
    for stranger in (people.user(Role.MANAGER, teams=(people.team(),)), people.user(Role.OPERATIONS)):
        client.force_login(stranger)
        answer = client.get(f"/customers/{gone.pk}/")
        assert answer.status_code == 404
        assert "王小明" not in answer.content.decode()
        assert "王小明" not in client.get("/customers/deleted/").content.decode()
        assert client.post(f"/customers/{gone.pk}/restoration/").status_code == 404
    gone.refresh_from_db()
    assert gone.deleted_at


def test_the_list_leads_back(client: Client, manager: User, gone: Customer) -> None:
    client.force_login(manager)
    assert "王小明" in client.get("/customers/deleted/").content.decode()

    answer = client.post(f"/customers/{gone.pk}/restoration/", follow=True)

    assert answer.redirect_chain == [(f"/customers/{gone.pk}/", 302)]
    gone.refresh_from_db()
    assert (gone.deleted_at, gone.deleted_by) == (None, None)
    assert search.find(Customer.objects.visible_to(manager), "王小明") == [gone]
    assert list(Change.objects.filter(customer=gone).values_list("version", "field")) == [
        (2, "deleted_at"),
        (3, "deleted_at"),
    ]
    assert AuditEntry.objects.get(action="customer.restored").actor == manager


def test_deleting_offers_to_undo_it(client: Client, manager: User, team: Team) -> None:
    made = factories.customer(team=team)
    client.force_login(manager)

    page = client.post(f"/customers/{made.pk}/deletion/", follow=True).content.decode()

    assert f'action="/customers/{made.pk}/restoration/"' in page


def test_who_is_not_deleted_cannot_be_restored(manager: User) -> None:
    with pytest.raises(Refused):
        services.restore(factories.customer(), by=manager)


def test_a_deleted_customer_cannot_be_changed(manager: User, gone: Customer) -> None:
    with pytest.raises(Refused):
        services.update(gone, {"city": "X"}, version=gone.version, by=manager)
