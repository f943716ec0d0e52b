"""/notices/ and what hangs on it."""

from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.desk.notices import services
from crm.desk.notices.models import Follow, Notice, Wishes
from customers import factories
from customers.models import Customer
from customers.touches import services as touches

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(seller: User) -> Notice:
    made = factories.customer(owner=seller, name="王小明")
    services.follow(made, by=seller)
    touches.note(made, "Hello there", by=people.user(Role.OPERATIONS))
    return Notice.objects.get()


def test_the_bell_counts_and_the_list_tells(as_seller: Client, notice: Notice) -> None:
    page = as_seller.get("/notices/").content.decode()

    assert "王小明" in page
    assert "Hello there" in page
    assert '<span class="amount" aria-hidden="true">1</span>' in page
    assert '<span class="amount"' in as_seller.get("/notices/bell/").content.decode()


def test_reading_leads_to_the_entry(as_seller: Client, notice: Notice) -> None:
    answer = as_seller.post(f"/notices/{notice.pk}/reading/")

    assert answer.headers["Location"] == f"/customers/{notice.customer_id}/#entry-{notice.entry_id}"
    notice.refresh_from_db()
    assert notice.read_at
    assert "王小明" not in as_seller.get("/notices/?show=unread").content.decode()


def test_all_are_read_at_once(as_seller: Client, notice: Notice) -> None:
    as_seller.post("/notices/reading/")

    assert not Notice.objects.unread().exists()


def test_notices_are_for_their_reader_only(as_operator: Client, notice: Notice) -> None:
    assert as_operator.post(f"/notices/{notice.pk}/reading/").status_code == 404
    assert "王小明" not in as_operator.get("/notices/").content.decode()


def test_follow_and_unfollow(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller)

    as_seller.post(f"/notices/customers/{made.pk}/")
    assert Follow.objects.get().user == seller
    assert 'aria-pressed="true"' in as_seller.get(f"/customers/{made.pk}/").content.decode()
    as_seller.post(f"/notices/customers/{made.pk}/", {"off": "1"}, headers={"HX-Request": "true"})
    assert not Follow.objects.exists()


def test_a_stranger_cannot_follow(as_seller: Client) -> None:
    made: Customer = factories.customer()
    assert as_seller.post(f"/notices/customers/{made.pk}/").status_code == 404


def test_wishes_are_kept(as_seller: Client, seller: User, notice: Notice) -> None:
    assert "王小明" in as_seller.get("/notices/wishes/").content.decode()
    as_seller.post("/notices/wishes/", {"mentions": "on", "by_email": "on"})

    kept = Wishes.objects.get(user=seller)
    assert (kept.mentions, kept.touches, kept.by_email) == (True, False, True)


def test_a_list_of_many_costs_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    user = people.user(Role.OPERATIONS)
    made = factories.customer()
    for _number in range(40):
        Notice.objects.create(user=user, customer=made, entry=factories.entry(made), reason="followed")
    client.force_login(user)
    client.get("/notices/")

    with django_assert_max_num_queries(8):
        page = client.get("/notices/")

    assert len(page.context["told"]) == 30
