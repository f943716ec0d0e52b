"""Groups are found, told in words, the same each time, and everybody who ordered is in exactly one."""

from datetime import timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers import factories as customers
from customers.models import Customer
from segments import leasing
from segments.grouping import clustering, phrases, running
from segments.grouping.clustering import Scale
from segments.grouping.features import Reader
from segments.grouping.models import Belonging, Grouping, NaturalGroup
from segments.grouping.tests import crowd
from segments.models import Segment

pytestmark = pytest.mark.django_db


def where() -> dict[int, int]:
    return dict(Belonging.objects.values_list("customer_id", "group_id"))


def test_features_are_shares_of_orders_and_money() -> None:
    (drinker, *_), (reader_of_books, *_) = crowd.meet(1)
    reader = Reader.at(timezone.now())
    piece = reader.of([drinker.pk, reader_of_books.pk])
    found = [dict(zip(reader.names, row, strict=True)) for row in piece.values.tolist()]
    assert found[0]["category:Coffee"] == found[1]["category:Light"] == 1
    assert (found[0]["weekend"], found[1]["weekend"]) == (1, 0)
    assert (found[0]["morning"], found[1]["evening"]) == (1, 1)
    assert np.expm1(found[0]["money"]) == pytest.approx(200)
    assert piece.gap[0] == pytest.approx(28)
    assert np.isnan(piece.gap[1])


def test_customers_who_buy_alike_are_together() -> None:
    drinkers, readers = crowd.meet()
    stranger = customers.customer()
    grouping = crowd.grouped()
    assert grouping.status == "done"
    found = where()
    # Everybody who ordered, once; nobody else.
    assert set(found) == {one.pk for one in [*drinkers, *readers]}
    assert stranger.pk not in found
    assert not {found[one.pk] for one in drinkers} & {found[one.pk] for one in readers}
    assert sum(one.customers for one in NaturalGroup.objects.all()) == grouping.customers == 80
    group = NaturalGroup.objects.get(pk=found[drinkers[0].pk])
    told = {one.text: one for one in phrases.phrases(group.profile)}
    assert told["Coffee"].share == 1
    assert told["Coffee"].lift == pytest.approx(2, rel=0.01)
    assert {"Shanghai", "on weekends", "in the morning", "about every 28 days"} <= set(told)


def test_the_same_orders_give_the_same_groups_and_numbers() -> None:
    crowd.meet()
    crowd.grouped()
    first, names = where(), {one.pk: phrases.title(one) for one in NaturalGroup.objects.all()}
    crowd.grouped()
    assert where() == first
    assert {one.pk: phrases.title(one) for one in NaturalGroup.objects.all()} == names


def test_a_number_stays_where_the_group_lay() -> None:
    scale = Scale(np.zeros(2), np.ones(2))
    before = {3: {"a": 0.0, "b": 0.0}, 5: {"a": 10.0, "b": 0.0}}
    # One moved a little, one is new far away, the order is another.
    centres = [{"a": 50.0, "b": 50.0}, {"a": 9.0, "b": 1.0}, {"a": 0.5, "b": 0.0}]
    assert clustering.numbers(centres, before, scale) == [6, 5, 3]
    assert clustering.numbers(centres, {}, scale) == [1, 2, 3]


def test_too_few_customers_are_in_no_group() -> None:
    crowd.meet(5)
    assert crowd.grouped().report == {"too_few": True}
    assert not Belonging.objects.exists()


def test_a_dead_workers_grouping_is_taken_over() -> None:
    crowd.meet(30)
    queued = running.queue(by=None)
    assert queued
    dead = leasing._claim(Grouping, queued.pk)
    assert dead
    Grouping.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    running.sweep()
    queued.refresh_from_db()
    assert queued.status == "done"
    with pytest.raises(leasing.LostLease):
        dead.finish()


def test_once_a_week() -> None:
    running.queue_if_due()
    assert not Grouping.objects.exists()
    crowd.grouped()
    running.queue_if_due()
    assert Grouping.objects.count() == 1
    Grouping.objects.update(created_at=timezone.now() - timedelta(days=9))
    running.queue_if_due()
    assert Grouping.objects.count() == 2


def test_the_page_leads_to_the_customers_and_makes_a_segment(as_marketer: Client) -> None:
    drinkers, _readers = crowd.meet()
    crowd.grouped()
    page = as_marketer.get(reverse("grouping:groups"))
    card = next(one for one in page.context["cards"] if one.group.pk == where()[drinkers[0].pk])
    assert "Coffee" in card.title
    listed = as_marketer.get(card.url).content.decode()
    assert drinkers[0].name in listed
    answer = as_marketer.post(reverse("grouping:segment", args=[card.group.pk]))
    segment = Segment.objects.get()
    assert answer["Location"] == reverse("segments:detail", args=[segment.pk])
    from segments.services import members

    assert set(members(segment)) == set(Customer.objects.filter(belonging__group=card.group))
    again = as_marketer.post(reverse("grouping:segment", args=[card.group.pk]), follow=True)
    assert Segment.objects.count() == 1
    assert again.status_code in (200, 409)


def test_a_seller_sees_the_figures_of_their_own(as_seller: Client, seller: object) -> None:
    drinkers, _readers = crowd.meet()
    crowd.grouped()
    Customer.objects.filter(pk=drinkers[0].pk).update(owner=seller)
    page = as_seller.get(reverse("grouping:groups"))
    assert sorted(one.customers for one in page.context["cards"])[-1] == 1
    assert sum(one.customers for one in page.context["cards"]) == 1


def test_before_the_first_grouping_the_page_says_so(as_marketer: Client) -> None:
    assert "Nobody is grouped yet" in as_marketer.get(reverse("grouping:groups")).content.decode()
    as_marketer.post(reverse("grouping:runs"))
    assert Grouping.objects.unfinished().count() == 1
