"""POST /customers/<pk>/reveal/"""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers import factories, services
from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(seller: User) -> Customer:
    return factories.customer(owner=seller, phone="+8613812345678", email="wang@example.com")


def test_the_number_is_shown_once_and_the_look_is_logged(
    as_seller: Client, seller: User, known: Customer
) -> None:
    answer = as_seller.post(
        f"/customers/{known.pk}/reveal/", {"field": "phone"}, headers={"HX-Request": "true"}
    )

    assert "+8613812345678" in answer.content.decode()
    look = AuditEntry.objects.get(action=services.REVEALED)
    assert (look.actor, look.subject_id, look.detail) == (seller, known.pk, {"field": "phone"})
    assert "13812345678" not in as_seller.get(f"/customers/{known.pk}/").content.decode()


def test_without_htmx_the_page_itself_shows_it(as_seller: Client, known: Customer) -> None:
    page = as_seller.post(f"/customers/{known.pk}/reveal/", {"field": "email"}).content.decode()

    assert "wang@example.com" in page
    assert "+8613812345678" not in page


def test_a_day_has_only_so_many(
    as_seller: Client, seller: User, known: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "REVEALS_A_DAY", 2)
    url = f"/customers/{known.pk}/reveal/"

    answers = [as_seller.post(url, {"field": "phone"}) for _time in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 409]
    assert "+8613812345678" not in answers[2].content.decode()
    assert AuditEntry.objects.filter(action=services.REVEALED).count() == 2


def test_the_day_begins_at_midnight_here(known: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at that of Greenwich: the hours between had no limit at all."""
    monkeypatch.setattr(services, "REVEALS_A_DAY", 1)
    here = timezone.get_current_timezone()
    somebody = people.user(Role.OPERATIONS)

    def look(day: int, hour: int, minute: int) -> None:
        moment = datetime(2026, 3, day, hour, minute, tzinfo=here)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        services.reveal(known, "phone", by=somebody)

    look(1, 23, 59)
    look(2, 0, 1)
    for hour in (7, 9, 23):
        with pytest.raises(Refused):
            look(2, hour, 0)
    look(3, 0, 0)


def test_colleagues_have_their_own_allowance(known: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "REVEALS_A_DAY", 1)
    for _colleague in range(2):
        services.reveal(known, "phone", by=people.user(Role.OPERATIONS))


@pytest.mark.parametrize("field", ["", "name", "owner__password", "birthday"])
def test_only_contacts_can_be_revealed(as_seller: Client, known: Customer, field: str) -> None:
    assert as_seller.post(f"/customers/{known.pk}/reveal/", {"field": field}).status_code == 400
    assert not AuditEntry.objects.exists()


def test_strangers_get_404(client: Client, known: Customer) -> None:
    for role in (Role.SALES, Role.MARKETING, Role.AUDITOR):
        client.force_login(people.user(role))
        assert client.post(f"/customers/{known.pk}/reveal/", {"field": "phone"}).status_code == 404
    assert not AuditEntry.objects.exists()


def test_looking_is_a_post(as_seller: Client, known: Customer) -> None:
    assert as_seller.get(f"/customers/{known.pk}/reveal/").status_code == 405
