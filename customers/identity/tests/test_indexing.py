"""What is indexed is what the customer and the attached identities say."""

from typing import Any

import pytest
from django.utils import timezone

from customers import factories, search
from customers.identity.indexing import index
from customers.models import Customer, SearchDocument

pytestmark = pytest.mark.django_db


def test_names_phones_cards_and_mails_of_all_profiles() -> None:
    made = factories.customer(name="王小明", phone="+8613812345678")
    factories.identity(made, "phone", "+8613900001111")
    factories.identity(made, "card", "88-0042")
    factories.identity(made, "email", "other@example.com", detached_at=timezone.now())

    index([made.pk])

    rows = Customer.objects.all()
    for text in ("王小", "5678", "1111", "880042", "88-0042"):
        assert search.find(rows, text) == [made], text
    assert search.find(rows, "other@example.com") == []


def test_a_changed_name_replaces_the_old_one() -> None:
    made = factories.found(name="王小明")
    Customer.objects.update(name="李四")

    index([made.pk])

    assert "王小" not in SearchDocument.objects.get().tokens
    assert "李四" in SearchDocument.objects.get().tokens


def test_many_cost_as_many_queries_as_one(django_assert_num_queries: Any) -> None:
    made = [factories.customer().pk for _number in range(20)]

    with django_assert_num_queries(5):
        index(made)


def test_nobody_is_no_error() -> None:
    index([])
    index([999_999])
