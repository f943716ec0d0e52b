"""What a campaign's pages answer afterwards: why somebody got it, what came of it, tests to oneself."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import factories
from channels.campaigns import books
from channels.campaigns.models import Campaign, CampaignLink, DeliveryEvent
from channels.campaigns.tests.conftest import Sink, people
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.factories import customer
from customers.orders.models import Order

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=3)


def sent(**fields: Any) -> Campaign:
    return factories.campaign(
        **{"status": "done", "launched_at": LONG_AGO, "launched_by": user(), "planned_at": LONG_AGO, **fields}
    )


def test_a_delivery_says_why_with_the_providers_own_words(client: Client, marketer: User) -> None:
    campaign = sent()
    one = factories.delivery(
        campaign, customer(name="An"), state="failed", reason="recipient: 550 5.1.1", address="an@example.com"
    )
    client.force_login(marketer)
    page = client.get(reverse("campaigns:delivery", args=[campaign.pk, one.pk])).content.decode()
    assert "550 5.1.1" in page
    assert "an@example.com" not in page


def test_a_delivery_of_another_campaign_or_customer_is_not_there(client: Client, marketer: User) -> None:
    one = factories.delivery(sent(), customer(), state="accepted")
    client.force_login(marketer)
    assert client.get(reverse("campaigns:delivery", args=[sent().pk, one.pk])).status_code == 404
    client.force_login(user(Role.SALES))
    assert client.get(reverse("campaigns:delivery", args=[one.campaign_id, one.pk])).status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "skipped", "reason": "no_consent"}, {"Silent"}),
        ({"state": "failed", "reason": "recipient"}, {"Dead"}),
        ({"state": "clicked"}, {"Keen"}),
        ({"state": "ready"}, {"Waiting"}),
        ({"reason": "%"}, set()),
    ],
)
def test_deliveries_are_narrowed_by_state_and_reason(
    client: Client, marketer: User, query: dict[str, str], names: set[str]
) -> None:
    campaign = sent()
    rows: dict[str, dict[str, Any]] = {
        "Silent": {"state": "skipped", "reason": "no_consent"},
        "Dead": {"state": "failed", "reason": "recipient: 550"},
        "Keen": {"state": "accepted", "clicked_at": timezone.now()},
        "Waiting": {"state": "ready"},
    }
    for name, fields in rows.items():
        factories.delivery(campaign, customer(name=name), **fields)
    client.force_login(marketer)
    page = client.get(reverse("campaigns:deliveries", args=[campaign.pk]), query)
    assert {row.customer.name for row, *_more in page.context["rows"]} == names


def test_orders_count_for_seven_days_after_the_message(client: Client, marketer: User) -> None:
    campaign = sent(launched_at=LONG_AGO - timedelta(days=9))
    (one,) = people(1)
    factories.delivery(campaign, one, state="accepted", sent_at=LONG_AGO - timedelta(days=8))
    for number, days in enumerate((-1, 1, 6, 8)):
        Order.objects.create(
            customer=one,
            source="shop",
            external_id=str(number),
            placed_at=LONG_AGO + timedelta(days=days - 8),
            amount=100,
            currency="CNY",
        )
    client.force_login(marketer)
    sales = client.get(reverse("campaigns:results", args=[campaign.pk])).context["sales"]
    assert (sales.customers, sales.orders, sales.money) == (1, 2, 200)


def test_clicks_are_counted_per_link_and_person(client: Client, marketer: User) -> None:
    campaign = sent()
    link = CampaignLink.objects.create(campaign=campaign, url="https://shop.test/")
    one = factories.delivery(campaign, customer(), state="accepted", sent_at=LONG_AGO)
    for automatic in (False, False, True):
        DeliveryEvent.objects.create(
            delivery=one, campaign=campaign, kind="click", link=link, automatic=automatic
        )
    client.force_login(marketer)
    page = client.get(reverse("campaigns:results", args=[campaign.pk]))
    assert page.context["clicks"] == [("https://shop.test/", 1)]


@pytest.mark.parametrize(
    ("stage", "names"), [("draft", {"A"}), ("live", {"B"}), ("ended", {"C"}), ("?", {"A", "B", "C"})]
)
def test_the_list_is_narrowed_by_stage(client: Client, marketer: User, stage: str, names: set[str]) -> None:
    factories.campaign(name="A")
    sent(name="B", status="paused")
    sent(name="C")
    client.force_login(marketer)
    page = client.get(reverse("campaigns:list"), {"stage": stage})
    assert {campaign.name for campaign, _progress in page.context["rows"]} == names


@pytest.mark.slow
def test_a_test_goes_to_oneself_and_counts_nowhere(
    client: Client, marketer: User, sink: Sink, campaign: Campaign
) -> None:
    (one,) = people(1, name="Emma Stone")
    client.force_login(marketer)
    response = client.post(reverse("campaigns:trial", args=[campaign.pk]), {"customer": one.pk})
    assert response.status_code == 302
    assert sink.counts == {marketer.email: 1}
    assert not campaign.deliveries.exists()
    assert "List-Unsubscribe" not in sink.mail(marketer.email)


@pytest.mark.slow
@pytest.mark.usefixtures("one_window")
def test_tests_are_limited(client: Client, marketer: User, sink: Sink, campaign: Campaign) -> None:
    from channels.campaigns import views

    client.force_login(marketer)
    url = reverse("campaigns:trial", args=[campaign.pk])
    answers = [client.post(url).status_code for _ in range(views.TRIALS_PER_MINUTE + 1)]
    assert answers[0] == 302
    assert answers[-1] == 409


@pytest.mark.parametrize("page", ["detail", "progress", "results", "deliveries"])
def test_pages_of_a_campaign_cost_few_queries(
    client: Client, marketer: User, page: str, django_assert_max_num_queries: Any
) -> None:
    campaign = sent()
    for _ in range(15):
        factories.delivery(campaign, customer(), state="accepted")
    books.count(campaign, {("planned", ""): 15, ("accepted", ""): 15})
    client.force_login(marketer)
    url = reverse(f"campaigns:{page}", args=[campaign.pk])
    client.get(url)
    with django_assert_max_num_queries(8):
        client.get(url)
