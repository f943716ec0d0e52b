"""Custom fields in the form of a customer: written down with it, edited with it, told of clashes."""

import json
from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.fields import storing
from customers.models import Customer
from customers.record.models import Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> User:
    user = people.user(Role.OPERATIONS)
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return user


def edit(client: Client, customer: Customer, was: dict[str, Any], **typed: Any) -> Any:
    data = {"kind": "person", "name": customer.name, "version": customer.version}
    return client.post(f"/customers/{customer.pk}/edit/", {**data, "custom_was": json.dumps(was), **typed})


def test_a_new_customer_comes_with_them(client: Client, operator: User) -> None:
    made = factories.field(kind="choice", is_required=True)
    factories.choices(made, "gold")
    form = {"kind": "person", "name": "Wang"}

    refused = client.post("/customers/new/", form)
    client.post("/customers/new/", {**form, f"custom_{made.key}": "gold"})

    assert refused.status_code == 422
    assert storing.values_of(Customer.objects.get()) == {made.key: "gold"}


def test_both_kinds_of_fields_are_one_save(client: Client, operator: User) -> None:
    made, customer = factories.field(), factories.customer(name="Wang")

    edit(client, customer, {}, city="Wuhan", **{f"custom_{made.key}": "tea"})

    changes = Change.objects.filter(customer=customer).order_by("field")
    assert [(one.field, one.version) for one in changes] == [("city", 2), (f"custom.{made.key}", 2)]
    page = client.get(f"/customers/{customer.pk}/edit/").content.decode()
    assert 'value="tea"' in page


def test_what_was_not_typed_over_stays_theirs(client: Client, operator: User) -> None:
    made, other, customer = factories.field(), factories.field(), factories.customer(name="Wang")
    storing.store(customer, {made.key: "theirs"}, by=operator)

    edit(client, customer, {}, **{f"custom_{other.key}": "mine"})

    assert storing.values_of(customer) == {made.key: "theirs", other.key: "mine"}


def test_a_clash_is_told_and_decided_by_saving_again(client: Client, operator: User) -> None:
    made, customer = factories.field(), factories.customer(name="Wang")
    storing.store(customer, {made.key: "theirs"}, by=operator)
    typed = {f"custom_{made.key}": "mine"}

    answer = edit(client, customer, {}, **typed)

    assert answer.status_code == 422
    assert "Somebody else wrote “theirs” here meanwhile." in answer.content.decode()
    assert "theirs&quot;}" in answer.content.decode()
    customer.refresh_from_db()
    assert edit(client, customer, {made.key: "theirs"}, **typed).status_code == 302
    assert storing.values_of(customer) == {made.key: "mine"}


def test_fields_of_others_are_not_in_the_form(client: Client, operator: User) -> None:
    made, customer = factories.field(editors=[Role.MANAGER]), factories.customer(name="Wang")

    edit(client, customer, {}, **{f"custom_{made.key}": "mine"})

    assert storing.values_of(customer) == {}
    assert made.key not in client.get(f"/customers/{customer.pk}/edit/").content.decode()


def test_a_field_about_organisations_is_not_asked_of_people(client: Client, operator: User) -> None:
    made = factories.field(label="Employees", about="organisation")
    person, company = factories.customer(), factories.customer(kind="organisation")

    assert made.key not in client.get(f"/customers/{person.pk}/").content.decode()
    assert made.key not in client.get(f"/customers/{person.pk}/edit/").content.decode()
    assert made.key in client.get(f"/customers/{company.pk}/").content.decode()
    assert made.key in client.get(f"/customers/{company.pk}/edit/").content.decode()
