"""GET /customers/<pk>/"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories, panels
from customers.models import Customer, Share
from customers.orders.models import OrderLine, Product
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


def url(customer: Customer) -> str:
    return f"/customers/{customer.pk}/"


def test_the_page_shows_the_customer_with_masked_contacts(as_operator: Client) -> None:
    made = factories.customer(
        name="王小明", company="澜山", phone="+8613812345678", email="wang@example.com", tags=["VIP"]
    )

    page = as_operator.get(url(made)).content.decode()

    assert "王小明" in page
    assert "VIP" in page
    assert "138••••5678" in page
    assert "13812345678" not in page
    assert "wang@example.com" not in page


def test_a_stranger_gets_404(as_seller: Client) -> None:
    assert as_seller.get(url(factories.customer())).status_code == 404


def test_a_deleted_customer_is_gone(as_operator: Client) -> None:
    assert as_operator.get(url(factories.customer(deleted_at=timezone.now()))).status_code == 404


def test_a_customer_shared_for_looking_has_no_buttons(as_seller: Client, seller: User) -> None:
    made = factories.customer(phone="+8613812345678")
    Share.objects.create(customer=made, user=seller, level=Share.Level.VIEW)

    page = as_seller.get(url(made)).content.decode()

    assert "composer" not in page
    assert "/reveal/" not in page
    assert "/edit/" not in page


def test_the_timeline_is_newest_first_and_by_day(as_operator: Client) -> None:
    made = factories.customer()
    factories.entry(made, summary="Yesterday's", occurred_at=timezone.now() - timedelta(days=1))
    factories.entry(made, summary="Today's")
    factories.entry(factories.customer(), summary="Another's")

    feed = as_operator.get(url(made)).context["feed"]

    assert [[event.entry.summary for event in events] for _day, _name, events in feed.days] == [
        ["Today's"],
        ["Yesterday's"],
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"tab": "orders"}, ["Bought"]),
        ({"tab": "talk"}, ["A mail", "A call"]),
        ({"tab": "notes"}, []),
        ({"channel": ["phone", "web"]}, ["Bought", "A call"]),
        ({"words": "MAIL"}, ["A mail"]),
        ({"channel": "email", "words": "call"}, []),
    ],
)
def test_the_timeline_is_narrowed(as_operator: Client, asked: dict[str, Any], found: list[str]) -> None:
    made, now = factories.customer(), timezone.now()
    factories.entry(made, kind="call", channel="phone", summary="A call", occurred_at=now)
    factories.entry(made, kind="email", channel="email", summary="A mail", occurred_at=now)
    factories.entry(made, kind="order.placed", channel="web", summary="Bought", occurred_at=now)

    part = as_operator.get(url(made), asked, headers={"HX-Request": "true", "HX-Target": "entries"})

    shown = re.findall("A call|A mail|Bought", part.content.decode())
    assert shown == found
    assert "composer" not in part.content.decode()


def test_the_timeline_is_narrowed_to_a_colleague(as_operator: Client, operator: User) -> None:
    made = factories.customer()
    factories.entry(made, summary="Mine", actor=operator)
    factories.entry(made, summary="Nobody's")

    page = as_operator.get(url(made), {"person": operator.pk})

    assert page.context["people"] == [(operator.pk, operator.name)]
    assert "Nobody&#x27;s" not in page.content.decode()


@pytest.mark.parametrize(
    "asked", [{"tab": "smoke"}, {"channel": "smoke"}, {"person": "x"}, {"person": "9" * 30}]
)
def test_what_no_link_asks_is_refused(as_operator: Client, asked: dict[str, str]) -> None:
    assert as_operator.get(url(factories.customer()), asked).status_code == 400


def test_another_composer_is_fetched_alone(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller)

    part = as_seller.get(
        url(made), {"compose": "call"}, headers={"HX-Request": "true", "HX-Target": "composer"}
    )

    assert f"/customers/{made.pk}/calls/" in part.content.decode()
    assert 'id="timeline"' not in part.content.decode()


def test_older_entries_follow_by_cursor_without_repeating_the_day(as_operator: Client) -> None:
    made = factories.customer()
    noon = timezone.localtime().replace(hour=12, minute=0, second=0) - timedelta(days=2)
    for minute in range(35):
        factories.entry(made, summary=f"Visit {minute:02}", occurred_at=noon + timedelta(seconds=minute))

    feed = as_operator.get(url(made)).context["feed"]
    older = as_operator.get(
        url(made), {"cursor": feed.older, "day": feed.last_day}, headers={"HX-Request": "true"}
    )

    part = older.content.decode()
    assert part.count("<li") == 5
    assert "timeline-day" not in part
    assert "composer" not in part


def test_a_forged_cursor_is_refused(as_operator: Client) -> None:
    assert as_operator.get(url(factories.customer()), {"cursor": "forged"}).status_code == 400


def test_what_was_said_is_escaped(as_operator: Client) -> None:
    made = factories.customer(name="<script>alert(1)</script>")
    factories.entry(made, summary="<img src=x>", body="<b>bold</b>", channel="wechat", direction="in")

    page = as_operator.get(url(made)).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "<b>bold</b>" not in page


def test_marketing_sees_no_way_to_reveal(client: Client) -> None:
    client.force_login(people.user(Role.MARKETING))
    made = factories.customer(phone="+8613812345678")

    assert "/reveal/" not in client.get(url(made)).content.decode()


def test_the_first_paint_costs_at_most_twenty_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    team = people.team()
    user = people.user(Role.MANAGER, teams=(team,))
    client.force_login(user)
    made = factories.customer(team=team, owner=user, phone="+8613812345678")
    for number in range(30):
        factories.entry(made, actor=user, summary=f"Visit {number}")
    client.get(url(made))

    with django_assert_max_num_queries(20):
        client.get(url(made))


def test_a_panel_that_fails_takes_nothing_else_along(
    as_operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(request: object, customer: object) -> dict[str, Any]:
        raise ZeroDivisionError

    monkeypatch.setitem(
        panels._panels, "broken", panels.Panel("broken", "Broken", "x.html", fall, place=panels.HEAD)
    )

    page = as_operator.get(url(factories.customer(name="王小明")))

    assert page.status_code == 200
    assert "panel-failed" in page.content.decode()
    assert "王小明" in page.content.decode()


def test_the_preview_is_cheap_and_masked(client: Client, django_assert_max_num_queries: Any) -> None:
    user = people.user(Role.OPERATIONS)
    client.force_login(user)
    made = factories.customer(phone="+8613812345678", owner=user)
    for number in range(8):
        factories.entry(made, actor=user, summary=f"Visit {number}")
    client.get(f"{url(made)}preview/")

    with django_assert_max_num_queries(8):
        part = client.get(f"{url(made)}preview/", headers={"HX-Request": "true"}).content.decode()

    assert "138••••5678" in part
    assert "13812345678" not in part
    assert part.count('class="event ') + part.count('class="event"') == 5
    assert "<html" not in part


def test_a_preview_is_not_for_strangers(as_seller: Client) -> None:
    assert as_seller.get(f"{url(factories.customer())}preview/").status_code == 404


def test_an_order_opens_to_its_articles(as_operator: Client) -> None:
    made = factories.customer()
    order = factories.order(made, external_id="N-1", amount=90)
    product = Product.objects.create(sku="bean", name="Coffee beans")
    OrderLine.objects.create(order=order, product=product, quantity=3, amount=90)
    told = factories.entry(made, kind="order.placed", summary="N-1")
    Entry.objects.filter(pk=told.pk).update(source="order", source_id=str(order.pk))

    part = as_operator.get(f"{url(made)}entries/{told.pk}/", headers={"HX-Request": "true"}).content.decode()

    assert "Coffee beans × 3" in part
    assert "N-1" in part


def test_entries_of_others_stay_closed(as_seller: Client, seller: User) -> None:
    mine, other = factories.customer(owner=seller), factories.customer()
    told = factories.entry(other)

    assert as_seller.get(f"{url(other)}entries/{told.pk}/").status_code == 404
    assert as_seller.get(f"{url(mine)}entries/{told.pk}/").status_code == 404
