"""Saying that customers are one, from wherever one meets them, and taking it back."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.matching.models import Pair
from customers.merging.models import Apart, Merge
from customers.models import Customer

pytestmark = pytest.mark.django_db


def join(client: Client, pair: Pair, **fields: object) -> str:
    answer = client.post(reverse("duplicates:joining", args=[pair.pk]), fields)
    assert answer.status_code == 302, answer.content.decode()[:500]
    return str(answer.headers["Location"])


def test_the_oldest_stays_and_the_next_pair_follows(office: Client, twins: Pair) -> None:
    following = factories.pair(factories.customer(), factories.customer(), bits=1.0)
    there = join(office, twins, ids=[twins.low_id, twins.high_id])
    assert there == reverse("duplicates:review", args=[following.pk])
    merge = Merge.objects.get()
    assert (merge.survivor_id, merge.absorbed_id) == (twins.low_id, twins.high_id)
    assert (merge.bits, merge.gate) == (10.0, "sure")
    twins.refresh_from_db()
    assert twins.state == Pair.State.JOINED


def test_the_chosen_value_wins_and_the_chosen_customer_stays(office: Client, twins: Pair) -> None:
    chosen = {"winner_name": twins.low_id, "winner_country": twins.low_id}
    join(office, twins, ids=[twins.low_id, twins.high_id], survivor=twins.high_id, **chosen)
    stays = Customer.objects.present().get()
    assert (stays.pk, stays.name, stays.city) == (twins.high_id, "王小明", "上海")


def test_undo_brings_both_and_their_question_back(office: Client, operator: User, twins: Pair) -> None:
    join(office, twins, ids=[twins.low_id, twins.high_id])
    undo = reverse("duplicates:undoing", args=[Merge.objects.get().batch])
    assert office.post(undo).status_code == 302
    twins.refresh_from_db()
    assert (twins.state, twins.decided_by) == (Pair.State.OPEN, None)
    assert Customer.objects.present().count() == 2
    assert not Apart.objects.exists()
    assert office.post(undo).status_code == 409


def test_several_become_one_in_one_go(office: Client, twins: Pair) -> None:
    third = factories.customer(name="Wang Xiaoming")
    other = factories.pair(twins.high, third)
    join(office, twins, ids=[twins.low_id, twins.high_id, third.pk])
    assert Customer.objects.present().get() == twins.low
    other.refresh_from_db()
    assert other.state == Pair.State.JOINED
    office.post(reverse("duplicates:undoing", args=[Merge.objects.first().batch]))  # type: ignore[union-attr]
    assert Customer.objects.present().count() == 3


def test_nobody_joins_whom_they_may_not(client: Client) -> None:
    service = people.user(Role.SERVICE)
    seller = people.user(Role.SALES)
    mine = factories.customer(owner=seller)
    also = factories.customer(owner=seller)
    pair = factories.pair(mine, also)
    client.force_login(service)
    assert client.post(reverse("duplicates:joining", args=[pair.pk])).status_code == 404
    client.force_login(seller)
    other = factories.customer()
    ids = {"ids": [mine.pk, other.pk]}
    assert client.post(reverse("duplicates:joining", args=[pair.pk]), ids).status_code == 409
    assert not Merge.objects.exists()


def test_whom_somebody_kept_apart_is_joined_by_whoever_insists(
    office: Client, operator: User, twins: Pair
) -> None:
    office.post(reverse("duplicates:refusal", args=[twins.pk]))
    chosen = reverse("duplicates:chosen")
    page = office.get(f"{chosen}?ids={twins.low_id}&ids={twins.high_id}").content.decode()
    assert "Somebody said that these are not the same." in page
    answer = office.post(chosen, {"ids": [twins.low_id, twins.high_id]})
    assert answer.headers["Location"] == reverse("customers:detail", args=[twins.low_id])
    assert not Apart.objects.exists()


def test_ticks_in_the_list_lead_to_the_comparison(office: Client, twins: Pair) -> None:
    page = office.get(reverse("customers:list")).content.decode()
    assert reverse("duplicates:choices") in page
    answer = office.post(reverse("duplicates:choices"), {"ids": [twins.low_id, twins.high_id]})
    assert (
        answer.headers["Location"] == f"{reverse('duplicates:chosen')}?ids={twins.low_id}&ids={twins.high_id}"
    )
    assert office.get(answer.headers["Location"]).status_code == 200
    answer = office.post(reverse("duplicates:choices"), {"ids": [twins.low_id]}, follow=True)
    assert "Choose two to ten customers." in answer.content.decode()


def test_from_a_customers_page_another_is_searched_for(office: Client) -> None:
    one, other = factories.found(name="Ann Smith"), factories.found(name="Anne Smyth")
    factories.found(name="Anne & Sons", kind="organisation")
    page = office.get(reverse("customers:detail", args=[one.pk])).content.decode()
    assert reverse("duplicates:other", args=[one.pk]) in page
    assert office.get(reverse("duplicates:other", args=[one.pk])).status_code == 200
    found = office.get(reverse("duplicates:candidates", args=[one.pk]) + "?other_text=Anne").content.decode()
    assert f'data-key="{other.pk}"' in found
    assert "Sons" not in found
