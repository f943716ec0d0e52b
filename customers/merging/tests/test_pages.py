"""The pages about merges: what is shown, who may undo, where old addresses lead."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers import services as customers
from customers.merging import services
from customers.merging.models import Merge
from customers.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def joined(operator: User) -> Merge:
    survivor = factories.customer(name="Li Ming")
    other = factories.customer(name="Li Min", city="北京")
    factories.order(other)
    (made,) = services.merge(survivor, [other], by=operator)
    return made


@pytest.fixture
def as_operator(client: Client, operator: User) -> Client:
    client.force_login(operator)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_the_customer_page_says_who_was_joined(as_operator: Client, joined: Merge) -> None:
    panel = as_operator.get(reverse("customers:panel", args=[joined.survivor_id, "merges"]))
    assert "Li Min" in panel.content.decode()
    assert "Li Min" in as_operator.get(reverse("merging:list", args=[joined.survivor_id])).content.decode()


def test_one_sees_what_would_go_back_and_undoes_it(as_operator: Client, joined: Merge) -> None:
    address = reverse("merging:merge", args=[joined.survivor_id, joined.pk])
    page = as_operator.get(address).content.decode()
    assert "北京" in page
    assert "Orders" in page
    answer = as_operator.post(reverse("merging:undo", args=[joined.survivor_id, joined.pk]), follow=True)
    assert "Li Min is a customer of its own again." in answer.content.decode()
    assert Customer.objects.present().count() == 2


def test_changes_since_are_shown_before_they_are_left_behind(
    as_operator: Client, joined: Merge, operator: User
) -> None:
    survivor = Customer.objects.get(pk=joined.survivor_id)
    customers.update(survivor, {"city": "苏州"}, version=survivor.version, by=operator)
    undo = reverse("merging:undo", args=[joined.survivor_id, joined.pk])
    page = as_operator.post(undo, follow=True).content.decode()
    assert "Undo anyway" in page
    assert Customer.objects.present().count() == 1
    as_operator.post(undo, {"despite": "yes"})
    assert Customer.objects.present().count() == 2


def test_only_who_may_join_undoes(client: Client, joined: Merge) -> None:
    client.force_login(people.user(Role.MARKETING))
    assert client.get(reverse("merging:merge", args=[joined.survivor_id, joined.pk])).status_code == 200
    undo = reverse("merging:undo", args=[joined.survivor_id, joined.pk])
    assert client.post(undo).status_code == 404
    client.force_login(people.user(Role.SALES))
    assert client.get(reverse("merging:merge", args=[joined.survivor_id, joined.pk])).status_code == 404


def test_old_addresses_lead_to_the_survivor(as_operator: Client, joined: Merge) -> None:
    for name in ("customers:detail", "customers:preview", "record:changes"):
        answer = as_operator.get(reverse(name, args=[joined.absorbed_id]), {"a": "b"})
        assert answer.status_code == 302
        assert answer["Location"] == reverse(name, args=[joined.survivor_id]) + "?a=b"


def test_what_was_typed_for_the_absorbed_is_not_written_into_the_survivor(
    as_operator: Client, joined: Merge
) -> None:
    edit = reverse("customers:edit", args=[joined.absorbed_id])
    answer = as_operator.post(edit, {"name": "Wrong"}, follow=True)
    assert "Nothing was saved." in answer.content.decode()
    assert Customer.objects.get(pk=joined.survivor_id).name != "Wrong"
    assert as_operator.post(edit, {"name": "Wrong"}, headers={"HX-Request": "true"}).status_code == 409


def test_a_stranger_learns_nothing_from_an_old_address(client: Client, joined: Merge) -> None:
    client.force_login(people.user(Role.SALES))
    assert client.get(reverse("customers:detail", args=[joined.absorbed_id])).status_code == 404


def test_lists_ask_little(
    as_operator: Client, joined: Merge, operator: User, django_assert_max_num_queries: object
) -> None:
    survivor = Customer.objects.get(pk=joined.survivor_id)
    services.merge(survivor, [factories.customer() for _number in range(6)], by=operator)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        as_operator.get(reverse("merging:list", args=[survivor.pk]))
