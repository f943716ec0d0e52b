"""GET and POST /customers/<pk>/details/<name>/"""

import json
from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories, services
from customers.models import Customer, Share
from customers.record.models import Change

pytestmark = pytest.mark.django_db
HTMX: dict[str, Any] = {"headers": {"HX-Request": "true"}}


def save(client: Client, customer: Customer, name: str, version: int = 1, **values: str) -> Any:
    return client.post(f"/customers/{customer.pk}/details/{name}/", {"version": version, **values}, **HTMX)


def test_a_field_opens_and_closes_where_it_stands(as_seller: Client, known: Customer) -> None:
    address = f"/customers/{known.pk}/details/city/"

    opened = as_seller.get(address, **HTMX).content.decode()
    closed = as_seller.get(f"{address}?read=1", **HTMX).content.decode()

    assert 'name="city"' in opened
    assert 'value="北京"' in opened
    assert "<html" not in opened
    assert "<form" not in closed
    assert "北京" in closed
    assert "<html" in as_seller.get(address).content.decode()


def test_what_was_typed_is_saved_with_an_undo(as_seller: Client, seller: User, known: Customer) -> None:
    answer = save(as_seller, known, "city", city="上海")

    known.refresh_from_db()
    assert (known.city, known.version) == ("上海", 2)
    kept = Change.objects.get()
    assert (kept.field, kept.old, kept.new, kept.by, kept.source) == (
        "city",
        "北京",
        "上海",
        seller,
        "inline",
    )
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]["toasts"][0]
    assert toast["undo"] == f"/customers/{known.pk}/changes/2/reversal/"
    assert "上海" in answer.content.decode()


def test_nothing_typed_is_nothing_saved(as_seller: Client, known: Customer) -> None:
    answer = save(as_seller, known, "phone", phone="138••••5678")

    assert "HX-Trigger" not in answer.headers
    known.refresh_from_db()
    assert (known.version, known.phone) == (1, "+8613812345678")


def test_contacts_stay_masked_while_they_are_edited(as_seller: Client, known: Customer) -> None:
    for answer in (
        as_seller.get(f"/customers/{known.pk}/details/phone/", **HTMX),
        save(as_seller, known, "phone", phone="139 0000 1111"),
    ):
        assert "13812345678" not in answer.content.decode()
        assert "13900001111" not in answer.content.decode()
    known.refresh_from_db()
    assert known.phone == "+8613900001111"


def test_bad_input_stays_beside_its_error(as_seller: Client, known: Customer) -> None:
    answer = save(as_seller, known, "email", email="not an address")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="not an address"' in page
    assert "invalid-feedback" in page
    assert "data-asks" in page
    known.refresh_from_db()
    assert known.email == "wang@example.com"


def test_a_clash_shows_both_and_saves_once_chosen(as_seller: Client, seller: User, known: Customer) -> None:
    services.update(known, {"city": "广州"}, version=1, by=seller)

    clash = save(as_seller, known, "city", city="上海")
    page = clash.content.decode()
    known.refresh_from_db()

    assert clash.status_code == 422
    assert [word in page for word in ("北京", "广州", "上海")] == [True, True, True]
    assert known.city == "广州"
    save(as_seller, known, "city", version=2, city="上海")
    known.refresh_from_db()
    assert known.city == "上海"


def test_a_change_of_another_field_is_no_clash(as_seller: Client, seller: User, known: Customer) -> None:
    services.update(known, {"job_title": "Buyer"}, version=1, by=seller)

    assert save(as_seller, known, "city", city="上海").status_code == 200


def test_the_organisation_brings_the_company_along(as_seller: Client, seller: User, known: Customer) -> None:
    ours = factories.customer(name="澜山集团", kind="organisation", owner=seller)

    page = save(as_seller, known, "organisation", organisation=str(ours.pk), organisation_text=ours.name)

    known.refresh_from_db()
    assert (known.organisation, known.company) == (ours, "澜山集团")
    assert 'id="field-company" hx-swap-oob="true"' in page.content.decode()


def test_quiet_hours_are_one_row(as_seller: Client, known: Customer) -> None:
    page = save(as_seller, known, "quiet", quiet_from="21", quiet_until="8").content.decode()

    known.refresh_from_db()
    assert (known.quiet_from, known.quiet_until) == (21, 8)
    assert "21:00" in page


def test_without_scripts_it_is_a_page(as_seller: Client, known: Customer) -> None:
    address = f"/customers/{known.pk}/details/city/"

    wrong = as_seller.post(address, {"version": 1, "city": "x" * 81})
    right = as_seller.post(address, {"version": 1, "city": "上海"}, follow=True)

    assert wrong.status_code == 422
    assert "<html" in wrong.content.decode()
    assert right.redirect_chain == [(f"/customers/{known.pk}/", 302)]
    assert f'action="/customers/{known.pk}/changes/2/reversal/"' in right.content.decode()


def test_who_may_not_hand_over_changes_no_owner(as_seller: Client, known: Customer) -> None:
    assert save(as_seller, known, "owner", owner="").status_code == 404
    assert save(as_seller, known, "restricted", restricted="on").status_code == 404
    assert save(as_seller, known, "deleted_at", deleted_at="2020-01-01").status_code == 404


def test_strangers_and_who_may_only_look_get_404(as_seller: Client, seller: User, client: Client) -> None:
    other = factories.customer()
    assert as_seller.get(f"/customers/{other.pk}/details/city/").status_code == 404
    Share.objects.create(customer=other, user=seller, level=Share.Level.VIEW)
    assert save(as_seller, other, "city", city="X").status_code == 404
    client.force_login(people.user(Role.MARKETING))
    assert save(client, other, "city", city="X").status_code == 404
    other.refresh_from_db()
    assert other.city == ""


def test_saving_costs_few_queries(
    as_seller: Client, known: Customer, django_assert_max_num_queries: Any
) -> None:
    save(as_seller, known, "city", city="上海")
    with django_assert_max_num_queries(34):
        save(as_seller, known, "city", version=2, city="苏州")
