"""The history: one customer at a time, and a whole set in three statements."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories, services
from customers.models import Customer
from customers.record import recording
from customers.record.models import Change
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
IMPORT = Change.Source.IMPORT


@pytest.fixture
def operator() -> User:
    return people.user(Role.OPERATIONS)


def kept(**narrow: object) -> list[tuple[object, ...]]:
    rows = Change.objects.filter(**narrow).order_by("version", "field")
    return list(rows.values_list("version", "field", "old", "new"))


def test_a_save_keeps_each_field_with_old_and_new(operator: User) -> None:
    made = factories.customer(city="北京", phone="+8613812345678")

    services.update(made, {"city": "上海", "phone": "", "owner": operator}, version=1, by=operator)

    assert kept(customer=made, by=operator, source="form") == [
        (2, "city", "北京", "上海"),
        (2, "owner", None, operator.pk),
        (2, "phone", "+8613812345678", ""),
    ]
    entry = made.entries.get()
    assert (entry.source, entry.source_id) == (recording.TELLER, f"{made.pk}:2")


def test_a_set_is_followed_in_three_statements_and_told(operator: User) -> None:
    ours = [factories.customer(city="A", phone="+8613812345678", email="li@example.com") for _ in range(3)]
    untouched = factories.customer(city="A")
    ids = f"SELECT id FROM customers_customer WHERE id <> {untouched.pk}"
    changes = {"city": "B", "phone": "", "email": "", "tags": ["x", "y"], "owner": operator}

    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
        recording.following(ids, by=operator, source=IMPORT, tell="customer.imported"),
    ):
        Customer.objects.filter(pk=ours[0].pk).update(**changes, version=F("version") + 1)
        Customer.objects.filter(pk=ours[1].pk).update(city="A")

    assert len([one for one in queries if "record_" in one["sql"]]) == 3
    assert {row[1] for row in kept(customer=ours[0])} == {"city", "phone", "email", "tags", "owner"}
    assert kept(customer=ours[1]) == []
    entry = Entry.objects.get()
    assert (entry.customer, entry.kind, entry.actor) == (ours[0], "customer.imported", operator)
    assert entry.data["changes"] == {
        "city": ["A", "B"],
        "phone": [services.shown("phone", "+8613812345678"), ""],
        "email": [services.shown("email", "li@example.com"), ""],
        "tags": ["", "x, y"],
        "owner": ["", operator.name],
    }


def test_nobody_changes_or_removes_what_was_kept(operator: User) -> None:
    made = factories.customer()
    services.update(made, {"city": "B"}, version=1, by=operator)

    for change in (lambda: Change.objects.update(new="C"), lambda: Change.objects.all().delete()):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()


def test_a_field_changes_once_in_a_save(operator: User) -> None:
    made = factories.customer()
    recording.record(made, {"city": ("", "A")}, by=operator, source=IMPORT)

    with pytest.raises(IntegrityError), transaction.atomic():
        recording.record(made, {"city": ("", "B")}, by=operator, source=IMPORT)


def test_only_an_erasure_that_says_so_may_take_values_out(operator: User) -> None:
    made = factories.customer()
    services.update(made, {"address": "Hidden Lane"}, version=1, by=operator)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL record.erasing = 'yes'")
        Change.objects.update(old=None, new=None)
        cursor.execute("SET LOCAL record.erasing = ''")

    assert kept(customer=made) == [(2, "address", None, None)]
    with pytest.raises(DatabaseError), transaction.atomic():
        Change.objects.update(new="C")
