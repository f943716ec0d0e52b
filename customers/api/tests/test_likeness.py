"""?duplicates=check when a program says who somebody is."""

import pytest

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller
from customers import factories
from customers.matching import records
from customers.models import Customer

pytestmark = pytest.mark.django_db
PHONE = "+8613817652948"
SAID = {"name": "WANG Xiaoming", "phone": PHONE}


@pytest.fixture
def known(db: None) -> Customer:
    made = factories.customer(name="王小明", phone=PHONE)
    factories.identity(made, "phone", PHONE)
    records.refresh([made.pk])
    return made


def test_it_is_told_only_when_asked_for(api: Caller, known: Customer) -> None:
    assert api.put("customers/by-key/shop/1", SAID).data["possible_duplicates"] is None
    assert api.put("customers/by-key/shop/1?duplicates=check", SAID).data["possible_duplicates"] == 1
    assert api.put("customers/by-key/shop/1?duplicates=maybe", SAID).status == 422
    assert api.put("customers/by-key/shop/1?doubles=check", SAID).status == 422


def test_each_row_of_many_is_told(api: Caller, known: Customer) -> None:
    items = [
        {"source": "shop", "key": "1", **SAID},
        {"source": "shop", "key": "2", "name": "Anna Schmidt"},
        {"source": "shop", "key": "3"},
    ]

    answer = api.post("customers/bulk?duplicates=check", {"items": items})

    assert [one["possible_duplicates"] for one in answer.data["results"]] == [1, 0, None]


def test_who_may_not_be_seen_does_not_count(known: Customer) -> None:
    seller = Caller(people.user(Role.SALES))

    assert seller.put("customers/by-key/shop/1?duplicates=check", SAID).data["possible_duplicates"] == 0
