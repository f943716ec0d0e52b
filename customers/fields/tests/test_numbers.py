"""Tax and identity numbers in custom fields recognise customers."""

import pytest

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories
from customers.fields import storing
from customers.matching import records
from customers.matching.models import Record, Stale

pytestmark = pytest.mark.django_db
TAX = "91350100M000100Y43"


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({"key": "tax_id"}, f"tax:{TAX}"),
        ({"key": "registered", "label_zh": "统一社会信用代码"}, f"tax:{TAX}"),
        ({"key": "article"}, ""),
    ],
)
def test_a_field_that_is_called_so_holds_a_number(given: dict[str, str], number: str) -> None:
    field = factories.field(**given)
    customer = factories.customer(name="上海华兴贸易有限公司")
    factories.identity(customer, "number", "C-1")
    storing.store(customer, {field.key: TAX}, by=people.user(Role.OPERATIONS))
    records.refresh([customer.pk])
    assert Record.objects.get(customer=customer).number == number
    assert Stale.objects.filter(customer=customer).exists() == bool(number)
