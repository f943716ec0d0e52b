"""Collaborators and the restriction of a customer."""

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers import factories
from customers.models import Customer, Share
from customers.record import sharing

pytestmark = pytest.mark.django_db


@pytest.fixture
def mate() -> User:
    return people.user(Role.SALES, name="沈雨桐")


def test_the_owner_shares_changes_and_ends_it(
    as_seller: Client, seller: User, known: Customer, mate: User
) -> None:
    as_seller.post(f"/customers/{known.pk}/people/", {"user": mate.pk, "level": "view"})
    assert set(Customer.objects.visible_to(mate)) == {known}
    assert not Customer.objects.visible_to(mate, "edit")

    as_seller.post(f"/customers/{known.pk}/people/{mate.pk}/", {"level": "edit"})
    assert set(Customer.objects.visible_to(mate, "edit")) == {known}

    as_seller.post(f"/customers/{known.pk}/people/{mate.pk}/", {"level": ""})
    assert not Customer.objects.visible_to(mate)
    log = AuditEntry.objects.filter(action__startswith="customer.", actor=seller).order_by("pk")
    assert [(one.action, one.detail.get("level")) for one in log][1:] == [
        ("customer.shared", "view"),
        ("customer.shared", "edit"),
        ("customer.unshared", None),
    ]
    assert known.entries.filter(kind="customer.shared", summary="沈雨桐").count() == 2


def test_everybody_who_sees_it_sees_with_whom_it_is_shared(
    client: Client, known: Customer, mate: User, seller: User
) -> None:
    sharing.share(known, mate, Share.Level.VIEW, by=seller)
    client.force_login(mate)

    page = client.get(f"/customers/{known.pk}/people/").content.decode()

    assert seller.name in page
    assert "<select" not in page
    assert "沈雨桐" in client.get(f"/customers/{known.pk}/panels/people/").content.decode()


def test_a_collaborator_does_not_share_on(client: Client, known: Customer, mate: User, seller: User) -> None:
    sharing.share(known, mate, Share.Level.EDIT, by=seller)
    client.force_login(mate)
    other = people.user(Role.SALES)

    assert (
        client.post(f"/customers/{known.pk}/people/", {"user": other.pk, "level": "edit"}).status_code == 404
    )
    assert client.post(f"/customers/{known.pk}/people/{mate.pk}/", {"level": ""}).status_code == 404
    assert list(known.shares.values_list("user", flat=True)) == [mate.pk]


def test_strangers_get_404(client: Client, known: Customer, mate: User) -> None:
    client.force_login(mate)
    assert client.get(f"/customers/{known.pk}/people/").status_code == 404
    assert (
        client.post(f"/customers/{known.pk}/people/", {"user": mate.pk, "level": "edit"}).status_code == 404
    )
    assert client.post(f"/customers/{known.pk}/restriction/", {"restricted": "on"}).status_code == 404
    assert not known.shares.exists()


@pytest.mark.parametrize(
    "given", [{"level": "edit"}, {"user": "0", "level": "edit"}, {"user": "x", "level": "all"}]
)
def test_what_cannot_be_shared_is_said_in_the_form(
    as_seller: Client, known: Customer, given: dict[str, str]
) -> None:
    assert as_seller.post(f"/customers/{known.pk}/people/", given).status_code == 422


def test_who_sees_no_customers_and_the_owner_are_no_collaborators(known: Customer, seller: User) -> None:
    for colleague in (people.user(Role.AUDITOR), people.user(Role.SALES, is_active=False), seller):
        assert colleague not in sharing.candidates(known)
        with pytest.raises(Refused):
            sharing.share(known, colleague, Share.Level.VIEW, by=seller)


def test_a_manager_restricts_and_loses_sight_of_it(client: Client) -> None:
    team = people.team()
    boss = people.user(Role.MANAGER, teams=(team,))
    made = factories.customer(owner=people.user(Role.SALES), team=team)
    client.force_login(boss)

    answer = client.post(f"/customers/{made.pk}/restriction/", {"restricted": "on"})

    assert answer.headers["Location"] == "/customers/"
    assert not Customer.objects.visible_to(boss)
    assert made.changes.get().field == "restricted"


def test_what_nobody_owns_is_not_restricted(client: Client) -> None:
    made = factories.customer()
    client.force_login(people.user(Role.OPERATIONS))

    assert client.post(f"/customers/{made.pk}/restriction/", {"restricted": "on"}).status_code == 409
    made.refresh_from_db()
    assert not made.restricted


def test_an_organisation_shows_its_people_as_far_as_one_may_see_them(as_seller: Client, seller: User) -> None:
    firm = factories.customer(kind="organisation", owner=seller)
    factories.customer(name="Seen", organisation=firm, owner=seller)
    factories.customer(name="Hidden", organisation=firm)

    page = as_seller.get(f"/customers/{firm.pk}/panels/staff/").content.decode()

    assert "Seen" in page
    assert "Hidden" not in page
