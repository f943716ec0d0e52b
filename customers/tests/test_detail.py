"""GET /customers/<pk>/"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.models import Customer, Share

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


def test_a_tab_shows_one_channel(as_operator: Client) -> None:
    made = factories.customer()
    factories.entry(made, channel="phone", summary="A call")
    factories.entry(made, channel="email", summary="A mail")

    part = as_operator.get(url(made), {"tab": "phone"}, headers={"HX-Request": "true"}).content.decode()

    assert "A call" in part
    assert "A mail" not in part
    assert 'id="timeline"' in part
    assert as_operator.get(url(made), {"tab": "smoke"}).status_code == 400


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
