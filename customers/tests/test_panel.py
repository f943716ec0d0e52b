"""GET /customers/<pk>/panels/<key>/ and the registries."""

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import columns, factories, panels

pytestmark = pytest.mark.django_db


def test_the_latest_orders(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller)
    for number in range(8):
        factories.order(made, external_id=f"N-{number}")
    factories.order(factories.customer(), external_id="ANOTHER")

    part = as_seller.get(f"/customers/{made.pk}/panels/orders/", headers={"HX-Request": "true"})

    assert part.content.decode().count("N-") == 6
    assert "ANOTHER" not in part.content.decode()
    assert "<html" not in part.content.decode()


def test_the_identities_are_masked(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller)
    factories.identity(made, "phone", "+8613812345678")
    factories.identity(made, "openid", "oAbCdEfGh")

    page = as_seller.get(f"/customers/{made.pk}/panels/identities/").content.decode()

    assert "138••••5678" in page
    assert "13812345678" not in page
    assert "oAbCdEfGh" not in page


def test_nothing_to_show_is_said(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller)

    assert as_seller.get(f"/customers/{made.pk}/panels/orders/").status_code == 200


def test_unknown_panels_and_strangers_get_404(as_seller: Client, seller: User, client: Client) -> None:
    mine, other = factories.customer(owner=seller), factories.customer()
    assert as_seller.get(f"/customers/{mine.pk}/panels/nonsense/").status_code == 404
    assert as_seller.get(f"/customers/{other.pk}/panels/orders/").status_code == 404


def test_a_panel_asks_for_its_own_right(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = panels.Panel("secret", "Secret", "x.html", lambda request, customer: {}, needs=("audit", "view"))
    monkeypatch.setitem(panels._panels, "secret", panel)
    user = people.user(Role.OPERATIONS)
    client.force_login(user)

    assert panel not in panels.all_for(user, panels.INSIGHTS)
    assert client.get(f"/customers/{factories.customer().pk}/panels/secret/").status_code == 404


def test_a_column_asks_for_its_own_right(monkeypatch: pytest.MonkeyPatch) -> None:
    column = columns.Column("secret", "Secret", str, needs=("audit", "view"))
    monkeypatch.setitem(columns._columns, "secret", column)

    assert column not in columns.all_for(people.user(Role.OPERATIONS))
    assert column in columns.all_for(people.user(Role.AUDITOR))
