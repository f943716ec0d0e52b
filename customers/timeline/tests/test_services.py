"""How the timeline is written."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.accounts import factories as people
from customers import factories
from customers.timeline import services as timeline
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


def test_a_source_row_is_told_once() -> None:
    made = factories.customer()
    first = timeline.record(made, "order", summary="1", source="shop", source_id="1")
    again = timeline.record(made, "order", summary="1", source="shop", source_id="1")

    assert first is not None
    assert again == first
    assert Entry.objects.count() == 1


def test_the_rule_itself() -> None:
    made = factories.customer()
    fields: dict[str, Any] = {"kind": "x", "channel": "web", "occurred_at": timezone.now(), "summary": ""}
    Entry.objects.create(customer=made, source="shop", source_id="1", **fields)

    with pytest.raises(IntegrityError, match="entry_is_told_once"), transaction.atomic():
        Entry.objects.create(customer=made, source="shop", source_id="1", **fields)


def test_an_old_touch_does_not_move_the_customer_up() -> None:
    made = factories.customer()
    before = made.touched_at

    timeline.record(made, "visit", summary="", at=before - timedelta(days=9))

    made.refresh_from_db()
    assert made.touched_at == before


def test_many_customers_cost_as_many_queries_as_one(django_assert_max_num_queries: Any) -> None:
    made, user = [factories.customer().pk for _number in range(10)], people.user()

    with django_assert_max_num_queries(4):
        timeline.record_all(made, "customer.assigned", by=user)

    assert Entry.objects.count() == 10
