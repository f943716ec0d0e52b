"""/customers/check/"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers import factories
from customers.inquiries import checking
from customers.inquiries.checking import CHECKED
from customers.inquiries.models import Check, Match
from customers.inquiries.sweeping import sweep
from customers.inquiries.tests.conftest import CANARY, PHONE
from customers.matching import records
from customers.matching.standard import Said
from customers.models import Customer

pytestmark = pytest.mark.django_db
URL = "/customers/check/"
SAID = {"name": "王小明", "phone": "138 1765 2948"}


def ask(client: Client, **said: str) -> str:
    response = client.post(URL, said, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_somebody_elses_customer_is_told_by_team_and_nothing_else(as_asker: Client, hidden: Customer) -> None:
    records.refresh([hidden.pk])

    page = ask(as_asker, **SAID)

    assert "This customer exists" in page
    assert "Looked after by the team South." in page
    assert CANARY not in page
    assert f"/customers/{hidden.pk}/" not in page
    assert "Owner" not in page


def test_ones_own_customer_is_linked(as_asker: Client, asker: User) -> None:
    mine = factories.customer(name="王小明", owner=asker, phone=PHONE)
    factories.identity(mine, "phone", PHONE)
    records.refresh([mine.pk])

    assert f"/customers/{mine.pk}/" in ask(as_asker, **SAID)


def test_the_same_phone_under_another_name_may_be_the_same(as_asker: Client, hidden: Customer) -> None:
    records.refresh([hidden.pk])

    page = ask(as_asker, name="李雷", phone=PHONE)

    assert "This may be a customer we have" in page


def test_nobody_fits(as_asker: Client, hidden: Customer) -> None:
    records.refresh([hidden.pk])

    assert "Nobody has this customer" in ask(as_asker, name="李雷", phone="13987654321")


def test_deleted_customers_are_not_told_of(as_asker: Client, hidden: Customer) -> None:
    records.refresh([hidden.pk])
    Customer.objects.filter(pk=hidden.pk).update(deleted_at="2026-01-01T00:00Z")

    assert "Nobody has this customer" in ask(as_asker, **SAID)


@pytest.mark.parametrize("said", [{"name": "王小明"}, {"phone": PHONE}, {"name": "x", "phone": "12"}])
def test_a_name_alone_is_not_enough(as_asker: Client, said: dict[str, str]) -> None:
    assert as_asker.post(URL, said).status_code == 422
    assert not Check.objects.exists()


def test_each_check_is_on_record_without_what_was_typed(as_asker: Client, hidden: Customer) -> None:
    records.refresh([hidden.pk])
    ask(as_asker, **SAID)

    entry = AuditEntry.objects.get(action=CHECKED)
    assert entry.detail == {"by_what": ["phone"], "found": [hidden.pk]}


def test_an_hour_and_a_day_have_only_so_many(
    asker: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INQUIRIES_AN_HOUR, settings.INQUIRIES_A_DAY = 2, 3
    said, now = Said(name="王小明", phone=PHONE), timezone.now()
    for _number in range(2):
        checking.check(said, by=asker)

    with pytest.raises(Refused):
        checking.check(said, by=asker)
    checking.check(said, by=people.user(Role.SALES))
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=2))
    checking.check(said, by=asker)
    with pytest.raises(Refused):
        checking.check(said, by=asker)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=2))
    checking.check(said, by=asker)


def test_a_stranger_sees_nobody_elses_check(as_asker: Client, owner: User, hidden: Customer) -> None:
    check = factories.match(hidden, owner).check_of

    assert as_asker.get(f"{URL}{check.pk}/").status_code == 404


def test_the_page_takes_few_queries(
    as_asker: Client, asker: User, hidden: Customer, south: Team, django_assert_max_num_queries: Any
) -> None:
    match = factories.match(hidden, asker)
    for _number in range(4):
        Match.objects.create(check_of=match.check_of, customer=factories.customer(team=south), is_same=False)

    with django_assert_max_num_queries(12):
        as_asker.get(f"{URL}{match.check_of_id}/")


def test_checks_are_forgotten_after_some_days(asker: User, hidden: Customer) -> None:
    match = factories.match(hidden, asker)
    Check.objects.filter(pk=match.check_of_id).update(asked_at="2026-01-01T00:00Z")

    sweep()

    assert not Match.objects.exists()
