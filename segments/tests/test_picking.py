"""Segments whose members are put in by hand."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from crm.accounts.models import User
from customers import factories as customers
from customers.bulk import runner
from customers.bulk.models import BulkJob
from segments import membership, services
from segments.factories import segment
from segments.models import Pick, Segment

pytestmark = pytest.mark.django_db
NEW, BULK = "/customers/bulk/new/segment/", "/customers/bulk/"


def put_in(client: Client, data: dict[str, Any], ids: list[int]) -> BulkJob:
    client.post(NEW, {"ids": ids})
    job = BulkJob.objects.latest("pk")
    client.post(f"{BULK}{job.pk}/run/", data)
    job.refresh_from_db()
    return job


def names(one: Segment) -> list[str]:
    return sorted(customer.name for customer in services.members(one))


def test_customers_are_put_into_a_new_segment_and_into_an_old_one(as_marketer: Client) -> None:
    first, second, other = (customers.customer(name=name) for name in "ABC")

    put_in(as_marketer, {"name": "Party"}, [first.pk])
    made = Segment.objects.get()
    job = put_in(as_marketer, {"segment": made.pk}, [first.pk, second.pk])

    assert names(made) == ["A", "B"]
    assert (job.changed, job.same) == (1, 1)
    membership.refresh(made.pk)
    made.refresh_from_db()
    assert (made.size, other.name in names(made)) == (2, False)
    page = as_marketer.get(f"/segments/{made.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "Put in by hand" in page


def test_undoing_takes_out_what_it_put_in_and_nothing_else(as_marketer: Client) -> None:
    first, second = (customers.customer(name=name) for name in "AB")
    put_in(as_marketer, {"name": "Party"}, [first.pk])
    made = Segment.objects.get()
    job = put_in(as_marketer, {"segment": made.pk}, [first.pk, second.pk])

    as_marketer.post(f"{BULK}{job.pk}/undoing/")
    runner.undo(job.pk)

    assert names(made) == ["A"]
    job.refresh_from_db()
    assert (job.undone, job.kept) == (1, 0)


def test_a_segment_by_rule_takes_nobody_by_hand(as_marketer: Client) -> None:
    by_rule, made = segment(name="By rule"), customers.customer()

    job = put_in(as_marketer, {"segment": by_rule.pk}, [made.pk])

    assert job.status == BulkJob.Status.DRAFT
    for data in ({"name": ""}, {"name": "By rule"}):
        assert put_in(as_marketer, data, [made.pk]).status == BulkJob.Status.DRAFT


def test_who_may_not_build_segments_is_not_offered_this(as_seller: Client, seller: User) -> None:
    made = customers.customer(owner=seller)

    assert as_seller.post(NEW, {"ids": [made.pk]}).status_code == 404
    assert "bulk/new/segment" not in as_seller.get("/customers/").content.decode()


def test_a_customer_is_picked_once(marketer: User) -> None:
    one, made = segment(), customers.customer()
    Pick.objects.create(segment=one, customer=made, added_by=marketer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pick.objects.create(segment=one, customer=made, added_by=marketer)
