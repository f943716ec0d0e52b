"""Defining fields in the admin, and the rules the database keeps."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories
from customers.fields import storing
from customers.fields.models import CustomField, FieldChoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> User:
    user = people.user(Role.ADMIN, is_staff=True)
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return user


def save(client: Client, path: str, **typed: Any) -> Any:
    data = {"label": "Tier", "kind": "text", "order": 1, **typed}
    inline = {"choices-TOTAL_FORMS": 1, "choices-INITIAL_FORMS": 0, "choices-0-key": typed.get("choice", "")}
    inline["choices-0-order"] = 100
    if "choice" in typed:
        inline |= {"choices-0-label": "Gold", "choices-0-order": 1}
    return client.post(f"/admin/fields/customfield/{path}", {**data, **inline})


def errors_of(answer: Any) -> list[str]:
    return list(answer.context["adminform"].form.errors)


def test_a_field_is_defined_with_its_choices(client: Client, administrator: User) -> None:
    answer = save(client, "add/", key="tier", kind="choice", choice="gold", viewers=["sales"])

    assert answer.status_code == 302
    made = CustomField.objects.get()
    assert (made.key, made.viewers) == ("tier", ["sales"])
    assert made.choices.get().label == "Gold"
    assert AuditEntry.objects.filter(action="field.created").exists()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"key": "Two Words"}, "key"),
        ({"key": "contains"}, "key"),
        ({"key": "a__b"}, "key"),
        ({"key": "a", "is_searchable": "on", "viewers": ["sales"]}, "is_searchable"),
        ({"key": "a", "is_searchable": "on", "kind": "date"}, "is_searchable"),
    ],
)
def test_what_cannot_work_is_told(
    client: Client, administrator: User, typed: dict[str, Any], wrong: str
) -> None:
    answer = save(client, "add/", **typed)

    assert answer.status_code == 200
    assert wrong in str(answer.context["errors"]) or wrong in errors_of(answer)
    assert not CustomField.objects.exists()


def test_the_kind_stays_while_there_are_values(client: Client, administrator: User) -> None:
    made = factories.field()
    customer = factories.customer()
    storing.store(customer, {made.key: "tea"}, by=administrator)

    answer = save(client, f"{made.pk}/change/", kind="number")

    assert errors_of(answer) == ["kind"]
    assert "1 customer has a value of the kind “Text”" in answer.content.decode()
    storing.store(customer, {made.key: None}, by=administrator)
    assert save(client, f"{made.pk}/change/", kind="number").status_code == 302


def test_archiving_hides_and_keeps(client: Client, administrator: User) -> None:
    made = factories.field()
    customer = factories.customer()
    storing.store(customer, {made.key: "tea"}, by=administrator)
    listing = "/admin/fields/customfield/"

    client.post(listing, {"action": "archive", "_selected_action": [made.pk]})
    assert not CustomField.objects.current().exists()
    assert storing.values_of(customer) == {made.key: "tea"}

    client.post(listing, {"action": "bring_back", "_selected_action": [made.pk]})
    assert CustomField.objects.current().exists()


def test_others_do_not_define_fields(client: Client) -> None:
    client.force_login(people.user(Role.OPERATIONS, Role.MANAGER, is_staff=True))

    assert client.get("/admin/fields/customfield/").status_code in (302, 403, 404)


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"key": "Big"}, "custom_field_key_is_a_plain_word"), ({"label": ""}, "custom_field_has_a_label")],
)
def test_the_database_keeps_the_rules_of_fields(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        factories.field(**fields)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"key": "gold", "label": "G"}, "choice_is_offered_once"),
        ({"key": "Big", "label": "B"}, "choice_key_is_a_plain_word"),
        ({"key": "b", "label": ""}, "choice_has_a_label"),
    ],
)
def test_the_database_keeps_the_rules_of_choices(fields: dict[str, Any], name: str) -> None:
    made = factories.field(kind="choice")
    factories.choices(made, "gold")

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        FieldChoice.objects.create(field=made, **fields)
