"""What is suggested, why, and what never is; on the customer's page and for programs alike."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller
from customers import factories as customers
from customers.models import Customer
from customers.orders.models import Product
from customers.privacy.models import Protection
from segments.recommending import services
from segments.recommending.models import Learning
from segments.recommending.reasons import reason
from segments.recommending.suggesting import Slot, Suggestion, suggest, suggest_all
from segments.recommending.tests import shop

pytestmark = pytest.mark.django_db


class Shop:
    """Beans are bought again, filters go with them, a cup sells best, a lamp nobody buys any more."""

    def __init__(self) -> None:
        self.beans, self.filters = shop.article("Beans", category="Coffee"), shop.article("Filters")
        self.cup, self.lamp = shop.article("Cup"), shop.article("Lamp")
        for one, popularity in ((self.beans, 5), (self.filters, 4), (self.cup, 9)):
            shop.sells(one, popularity=popularity, recent=7)
        shop.sells(self.lamp, popularity=99, last_sold_at=timezone.now() - timedelta(days=200))
        shop.goes_with(self.beans, self.filters)
        shop.goes_with(self.beans, self.lamp, weight=9)
        Learning.objects.create(status="done", method="llr")


@pytest.fixture
def sold(db: None) -> Shop:
    return Shop()


@pytest.fixture
def drinker(sold: Shop) -> Customer:
    """Bought beans every 30 days, the last time 28 days ago."""
    customer = customers.customer()
    for days_ago in (88, 58, 28):
        shop.buys(customer, sold.beans, days_ago=days_ago)
    return customer


def told(customer: Customer) -> list[tuple[Slot, str]]:
    return [(one.slot, one.name) for one in suggest(customer.pk)]


def words(customer: Customer, product: Product) -> str:
    return next(reason(one) for one in suggest(customer.pk) if one.product == product.pk)


def test_three_slots_each_with_its_reason(drinker: Customer, sold: Shop) -> None:
    assert told(drinker) == [(Slot.AGAIN, "Beans"), (Slot.WITH, "Filters"), (Slot.POPULAR, "Cup")]
    assert words(drinker, sold.beans) == "Buys this about every 30 days, last 28 days ago."
    assert words(drinker, sold.filters) == "Bought Beans; 38 % of its buyers also bought this."
    assert words(drinker, sold.cup) == "Popular: 7 customers bought it in the last 30 days."


def test_nothing_again_before_it_is_due(sold: Shop) -> None:
    customer = customers.customer()
    for days_ago in (65, 35, 5):
        shop.buys(customer, sold.beans, days_ago=days_ago)
    assert Slot.AGAIN not in dict(told(customer))


def test_what_others_come_back_for_is_due_after_their_time(sold: Shop) -> None:
    pods = shop.article("Pods")
    shop.sells(pods, repeat_share=0.4, gap_days=20)
    customer = customers.customer()
    shop.buys(customer, pods, days_ago=18)
    assert (Slot.AGAIN, "Pods") in told(customer)
    assert words(customer, pods) == "Bought this 18 days ago; others buy it again after about 20 days."


def test_the_fresher_purchase_counts_more(sold: Shop) -> None:
    near, far = shop.article("Near"), shop.article("Far")
    for one in (near, far):
        shop.sells(one)
    shop.goes_with(sold.cup, near)
    shop.goes_with(sold.beans, far)
    customer = customers.customer()
    shop.buys(customer, sold.beans, days_ago=300)
    shop.buys(customer, sold.cup, days_ago=2)
    found = [one.name for one in suggest(customer.pk) if one.slot is Slot.WITH]
    assert found.index("Near") < found.index("Far")


def test_what_was_given_back_is_not_suggested_nor_built_upon(sold: Shop) -> None:
    customer = customers.customer()
    shop.buys(customer, sold.beans, status="refunded", days_ago=60)
    assert told(customer) == [(Slot.POPULAR, "Cup"), (Slot.POPULAR, "Filters")]


def test_whoever_bought_nothing_sees_what_is_popular(sold: Shop) -> None:
    assert [name for _slot, name in told(customers.customer())] == ["Cup", "Beans", "Filters"]


def test_many_at_once_get_what_each_gets_alone(drinker: Customer, sold: Shop) -> None:
    others = [customers.customer() for _ in range(3)]
    everybody = [drinker.pk, *(one.pk for one in others)]
    now = timezone.now()
    assert suggest_all(everybody, now=now) == {pk: suggest(pk, now=now) for pk in everybody}


def everywhere(customer: Customer, client: Client, user: User) -> list[set[str]]:
    """The names each surface shows: the panel of the customer's page, and the API."""
    page = client.get(f"/customers/{customer.pk}/panels/recommendations/").content.decode()
    shown = page.partition("Not interested in 1")[0]
    catalogue = Product.objects.values_list("name", flat=True)
    api = Caller(user).get(f"customers/{customer.pk}/recommendations").data
    return [
        {name for name in catalogue if f"<b>{name}</b>" in shown},
        {one["name"] for one in api["items"]},
    ]


def test_rejections_and_exclusions_hold_everywhere(drinker: Customer, sold: Shop, client: Client) -> None:
    user = people.user(Role.OPERATIONS, Role.MARKETING)
    client.force_login(user)
    assert everywhere(drinker, client, user) == [{"Beans", "Filters", "Cup"}] * 2
    services.reject(drinker, sold.filters, by=user)
    assert everywhere(drinker, client, user) == [{"Beans", "Cup"}] * 2
    services.exclude(product=sold.cup, by=user)
    assert everywhere(drinker, client, user) == [{"Beans"}] * 2
    services.exclude(category="Coffee", by=user)
    assert everywhere(drinker, client, user) == [set[str]()] * 2
    services.take_back(drinker, sold.filters)
    assert everywhere(drinker, client, user) == [{"Filters"}] * 2


@pytest.mark.parametrize("how", ["customer", "company", "law"])
def test_without_a_wish_for_them_all_see_the_same(
    how: str, drinker: Customer, sold: Shop, client: Client
) -> None:
    user = people.user(Role.OPERATIONS, Role.MARKETING)
    client.force_login(user)
    if how == "customer":
        services.choose(drinker, personal=False, by=user)
    elif how == "company":
        services.switch(is_personal=False, by=user)
    else:
        Protection.objects.create(customer=drinker, restricted_at=timezone.now())
    assert told(drinker) == told(customers.customer())
    assert everywhere(drinker, client, user) == [{"Beans", "Filters", "Cup"}] * 2
    answer = Caller(user).get(f"customers/{drinker.pk}/recommendations").data
    assert answer["personal"] is False
    assert {one["slot"] for one in answer["items"]} == {"popular"}


def test_a_program_gets_only_whom_its_account_may_see(drinker: Customer, sold: Shop) -> None:
    seller = people.user(Role.MANAGER, teams=(people.team(),))
    api = Caller(seller)
    path = f"customers/{drinker.pk}/recommendations"
    assert api.get(path).status == 404
    Customer.objects.filter(pk=drinker.pk).update(owner=seller)
    answer = api.get(f"{path}?each=1").data
    assert [(one["slot"], one["name"]) for one in answer["items"]] == [
        ("again", "Beans"),
        ("with", "Filters"),
        ("popular", "Cup"),
    ]
    assert answer["items"][1]["share"] == 0.38
    assert answer["items"][1]["because"] == "Beans"
    assert api.get(f"{path}?each=0").status == 422
    assert api.get(f"{path}?limit=3").status == 422


def test_no_slot_has_more_than_asked_for(sold: Shop) -> None:
    customer = customers.customer()
    for days_ago in range(1, 5):
        shop.buys(customer, sold.beans, days_ago=days_ago)
    for name in ("Pods", "Jar"):
        more = shop.article(name)
        shop.sells(more)
        shop.goes_with(sold.beans, more, weight=0.5)
    found: list[Suggestion] = suggest(customer.pk, each=1)
    assert [one.slot for one in found] == [Slot.AGAIN, Slot.WITH, Slot.POPULAR]
