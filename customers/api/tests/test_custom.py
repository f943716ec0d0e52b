"""Custom fields as programs read and write them."""

import pytest

from crm.api.tests.caller import Caller
from customers import factories
from customers.record.models import Change

pytestmark = pytest.mark.django_db


def test_a_custom_field_is_read_written_and_emptied(api: Caller) -> None:
    field = factories.field(kind="number")
    path = f"customers/{factories.customer().pk}/fields"

    assert [one["key"] for one in api.get("fields").data["items"]] == [field.key]
    assert api.patch(path, {"values": {field.key: 12.5}}).data["values"] == {field.key: 12.5}
    assert api.get(path).data["values"] == {field.key: 12.5}
    assert api.patch(path, {"values": {field.key: None}}).data["values"] == {}
    assert {one.source for one in Change.objects.all()} == {"api"}


def test_what_does_not_fit_is_refused_with_its_key(api: Caller) -> None:
    field = factories.field(kind="number")
    path = f"customers/{factories.customer().pk}/fields"
    wrong = api.patch(path, {"values": {field.key: "many"}})
    unknown = api.patch(path, {"values": {"nothing": "x"}})
    assert (wrong.status, wrong.data["errors"][0]["field"]) == (422, f"values.{field.key}")
    assert unknown.status == 422
