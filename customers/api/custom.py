"""Custom fields for programs: which there are, and what stands in them."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Router
from pydantic import BaseModel, Field

from crm.accounts.http import get_visible
from crm.api.auth import ApiRequest, Bearer, asked_by, sent
from crm.api.errors import Answer
from crm.api.fields import Body, Id
from crm.lib.reading import Unreadable
from customers.fields import definitions, kinds, storing
from customers.models import Customer
from customers.record.models import Change

router = Router(tags=[gettext_noop("Custom fields")])
READ, WRITE = Bearer("customers:read"), Bearer("customers:write")
One = Annotated[str, Field(max_length=1000)]
Value = One | int | float | Annotated[list[One], Field(max_length=100)] | None


class OptionOut(BaseModel):
    key: str
    label: str
    is_archived: bool


class FieldOut(BaseModel):
    key: str
    kind: str
    label: str
    about: str
    is_required: bool
    options: list[OptionOut]


class Fields(BaseModel):
    items: list[FieldOut]


class Values(BaseModel):
    values: dict[str, Any]


class ValuesIn(Body):
    """By key. What is left out stays; null empties."""

    values: Annotated[dict[Annotated[str, Field(max_length=60)], Value], Field(min_length=1, max_length=200)]


@router.get("/fields", response=Fields, auth=READ, summary=gettext_noop("List custom fields"))
def list_fields(request: HttpRequest) -> dict[str, Any]:
    named = ("key", "kind", "label", "about", "is_required")
    return {
        "items": [
            {
                **{name: getattr(one, name) for name in named},
                "options": [vars(option) for option in one.options],
            }
            for one in definitions.seen_by(asked_by(request).user)
        ]
    }


@router.get(
    "/customers/{int:pk}/fields",
    response=Values,
    auth=READ,
    summary=gettext_noop("Read the custom fields of a customer"),
)
def read_values(request: HttpRequest, pk: Id) -> dict[str, Any]:
    asker = asked_by(request)
    customer = get_visible(Customer.objects.visible_to(asker.user), pk)
    sent(asker, 1)
    return _values(asker, customer)


@router.patch(
    "/customers/{int:pk}/fields",
    response=Values,
    auth=WRITE,
    summary=gettext_noop("Change the custom fields of a customer"),
)
def change_values(request: HttpRequest, pk: Id, asked: ValuesIn) -> dict[str, Any]:
    asker = asked_by(request)
    customer = get_visible(Customer.objects.visible_to(asker.user, "edit"), pk)
    known = definitions.by_key(definitions.edited_by(asker.user))
    given = {key: _read(known.get(key), customer, key, value) for key, value in asked.values.items()}
    storing.store(customer, given, by=asker.user, source=Change.Source.API)
    return _values(asker, customer)


def _read(definition: definitions.Definition | None, customer: Customer, key: str, value: Value) -> Any:
    if definition is None or not definition.fits(customer.kind):
        raise Answer(422, _("There is no such field."), field=f"values.{key}")
    if value is None:
        if definition.is_required:
            raise Answer(422, _("This field is required."), field=f"values.{key}")
        return None
    text = ", ".join(value) if isinstance(value, list) else str(value)
    try:
        return kinds.read(definition, text)
    except Unreadable as error:
        raise Answer(422, str(error), field=f"values.{key}") from None


def _values(request: ApiRequest, customer: Customer) -> dict[str, Any]:
    """Of what stands there, the fields that the account may see."""
    stored = storing.values_of(customer)
    seen = [one for one in definitions.seen_by(request.user) if one.fits(customer.kind)]
    return {"values": {one.key: stored[one.key] for one in seen if stored.get(one.key) is not None}}
