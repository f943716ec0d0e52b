"""The way of very large bases: without indexes, by several processes, and everything put back."""

import pytest
from django.core.management import call_command
from django.db import connection

from crm.demo import building, loading, world
from crm.demo.world import TABLES
from customers.models import Customer, Share
from customers.orders.models import Order
from customers.timeline.models import Entry

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def schema() -> set[tuple[str, ...]]:
    """Every index and constraint of the base, as PostgreSQL describes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) || convalidated "
            "FROM pg_constraint"
        )
        return {tuple(map(str, row)) for row in cursor.fetchall()}


def quiet(text: str) -> None:
    pass


def test_a_large_demo_leaves_the_schema_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema()
    monkeypatch.setattr(world, "SMALL", 0)
    monkeypatch.setattr(building, "SLICE", 70)
    call_command("demo", customers=200, workers=2, verbosity=0)
    assert schema() == before
    assert Customer.objects.exclude(profiles__raw__has_key="姓名").count() == 200
    assert Order.objects.count() == Entry.objects.filter(source="order").count() + 1400 == 2000


def test_what_a_killed_load_left_off_comes_back_with_the_next_one() -> None:
    before = schema()
    loading.set_aside(TABLES)
    missing = before - schema()
    assert {name for _table, name, _definition in missing} > {"order_of_a_customer", "share_is_given_once"}
    loading.set_aside([Share])  # the next one may be killed as well
    building.put_back(quiet)
    assert schema() == before
    assert loading.waiting() == []
