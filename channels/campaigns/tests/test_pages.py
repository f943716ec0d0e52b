"""The campaign screens: write, look, launch, watch, and ask why somebody was left out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels import factories
from channels.campaigns.models import Campaign, Delivery, Tally
from channels.campaigns.tests.conftest import EVERYBODY
from channels.consent import services as consent
from channels.consent.models import Purpose
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories as customers
from customers.models import Customer
from segments import factories as segments

pytestmark = pytest.mark.django_db

Queries = Callable[..., Any]


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(people.user(Role.MARKETING))
    return client


def draft(**fields: Any) -> Campaign:
    return factories.campaign(segment=segments.segment(rule=EVERYBODY), **fields)


def reader(**fields: Any) -> Customer:
    """Somebody who may be written to."""
    made = customers.customer(**{"email": f"reader{Customer.objects.count()}@example.com", **fields})
    consent.grant(made, Purpose.MARKETING, "email", source="test", by=None)
    return made


def written(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Spring",
        "segment": segments.segment(rule=EVERYBODY).pk,
        "channel": factories.channel().pk,
        "purpose": "marketing",
        "subject": "Hello {{ name }}",
        "body": "Dear {{ name }}",
    } | fields


def test_a_campaign_is_written_and_shown(marketer: Client) -> None:
    response = marketer.post(reverse("campaigns:new"), written())
    campaign = Campaign.objects.get()
    assert response["Location"] == reverse("campaigns:detail", args=[campaign.pk])
    assert marketer.get(response["Location"]).status_code == 200
    assert "Spring" in marketer.get(reverse("campaigns:list")).content.decode()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("body", "Dear {{ password }}"),
        ("body", "Dear {{ name.__class__ }}"),
        ("subject", "{{ settings.SECRET_KEY }}"),
        ("body", "Dear {{ name"),
        ("body", "\x00"),
        ("segment", "999999"),
    ],
)
def test_a_text_that_cannot_be_filled_in_is_refused_beside_its_field(
    marketer: Client, field: str, text: str
) -> None:
    response = marketer.post(reverse("campaigns:new"), written(**{field: text}))
    assert response.status_code == 422
    assert "invalid-feedback" in response.content.decode()
    assert not Campaign.objects.exists()


def test_a_launched_campaign_can_no_longer_be_changed_or_deleted(marketer: Client) -> None:
    campaign = draft()
    Campaign.objects.update(status="done", launched_at=campaign.created_at)
    for page in ("campaigns:edit", "campaigns:deletion"):
        assert marketer.post(reverse(page, args=[campaign.pk]), written()).status_code == 409
    assert Campaign.objects.exists()


def test_a_draft_can_be_deleted(marketer: Client) -> None:
    campaign = draft()
    marketer.post(reverse("campaigns:deletion", args=[campaign.pk]))
    assert not Campaign.objects.exists()


def test_the_audience_is_told_with_a_reason_for_each_left_out(marketer: Client) -> None:
    campaign = draft()
    reader()
    customers.customer(name="Silent", email="silent@example.com")
    customers.customer(name="Nowhere", email="")
    page = marketer.get(reverse("campaigns:audience", args=[campaign.pk]))
    assert [number for _label, number in page.context["reach"].steps] == [3, 2, 1, 1, 1]
    assert page.context["reach"].reachable == 1
    assert {code: number for code, _label, number in page.context["left_out"]} == {
        "no_consent": 1,
        "no_address": 1,
    }
    names = marketer.get(reverse("campaigns:left-out", args=[campaign.pk, "no_consent"]))
    assert "Silent" in names.content.decode()
    assert "Nowhere" not in names.content.decode()


def test_the_preview_shows_the_message_as_one_customer_reads_it(marketer: Client) -> None:
    campaign = draft(body="Dear {{ name }}, welcome")
    one = reader(name="Emma <b>Brown</b>")
    page = marketer.get(reverse("campaigns:preview", args=[campaign.pk]))
    assert page.context["chosen"] == one
    html = marketer.get(reverse("campaigns:preview-html", args=[campaign.pk, one.pk]))
    assert "Emma &lt;b&gt;Brown&lt;/b&gt;, welcome" in html.content.decode()
    assert html["Content-Security-Policy"].startswith("sandbox")
    assert html["X-Frame-Options"] == "SAMEORIGIN"


def test_a_missing_personal_field_is_said_in_the_preview(marketer: Client) -> None:
    campaign = draft(body="Dear friend at {{ company }}")
    one = reader(company="")
    address = reverse("campaigns:preview", args=[campaign.pk])
    page = marketer.get(address, {"customer": one.pk})
    assert page.context["problem"]


def test_launching_plans_a_delivery_for_everybody_in_the_segment(
    marketer: Client, django_capture_on_commit_callbacks: Queries
) -> None:
    campaign = draft()
    reader()
    customers.customer(email="")
    marketer.post(reverse("campaigns:launch", args=[campaign.pk]))
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.MATERIALISING
    assert marketer.post(reverse("campaigns:launch", args=[campaign.pk])).status_code == 409


def test_pausing_resuming_and_cancelling(marketer: Client) -> None:
    campaign = draft()
    Campaign.objects.update(status="running", launched_at=campaign.created_at, planned_at=campaign.created_at)
    for page, status in (("pause", "paused"), ("resumption", "running"), ("cancellation", "cancelled")):
        marketer.post(reverse(f"campaigns:{page}", args=[campaign.pk]))
        campaign.refresh_from_db()
        assert campaign.status == status
    assert marketer.post(reverse("campaigns:resumption", args=[campaign.pk])).status_code == 409


def test_progress_asks_for_itself_only_while_it_may_move(marketer: Client) -> None:
    campaign = draft()
    Tally.objects.create(campaign=campaign, what=Tally.What.PLANNED, count=12_345)
    address = reverse("campaigns:progress", args=[campaign.pk])
    Campaign.objects.update(status="running", launched_at=campaign.created_at)
    page = marketer.get(address).content.decode()
    assert "every 1s" in page
    assert "12,345" in page
    Campaign.objects.update(status="done")
    assert "every 1s" not in marketer.get(address).content.decode()


def test_each_delivery_says_why(marketer: Client) -> None:
    campaign = draft()
    left_out, sent = customers.customer(name="Left out"), customers.customer(name="Got it")
    factories.delivery(campaign, left_out, state=Delivery.State.SKIPPED, reason="no_consent")
    factories.delivery(campaign, sent, state=Delivery.State.ACCEPTED)
    address = reverse("campaigns:deliveries", args=[campaign.pk])
    page = marketer.get(address, {"state": "skipped"}).content.decode()
    assert "Left out" in page
    assert "Got it" not in page
    assert marketer.get(address, {"state": "nonsense"}).status_code == 200


def test_a_seller_sees_results_but_only_of_own_customers(client: Client) -> None:
    seller = people.user(Role.SALES)
    campaign = draft()
    for name, owner in (("Mine", seller), ("Theirs", None)):
        factories.delivery(campaign, customers.customer(name=name, owner=owner), state="accepted")
    client.force_login(seller)
    page = client.get(reverse("campaigns:deliveries", args=[campaign.pk])).content.decode()
    assert "Mine" in page
    assert "Theirs" not in page
    assert client.post(reverse("campaigns:launch", args=[campaign.pk])).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_many(
    marketer: Client, django_assert_max_num_queries: Queries
) -> None:
    segment, channel = segments.segment(rule=EVERYBODY), factories.channel()
    for _ in range(20):
        factories.campaign(segment=segment, channel=channel)
    marketer.get(reverse("campaigns:list"))  # the first page of a session also notes that it began
    with django_assert_max_num_queries(4):
        marketer.get(reverse("campaigns:list"))


def test_a_start_is_chosen_and_an_end_before_it_refused(marketer: Client) -> None:
    late = written(starts_at="2099-05-01T10:00", expires_at="2099-05-01T09:00")
    assert marketer.post(reverse("campaigns:new"), late).status_code == 422
    marketer.post(reverse("campaigns:new"), late | {"expires_at": "2099-05-02T09:00"})
    campaign = Campaign.objects.get()
    marketer.post(reverse("campaigns:launch", args=[campaign.pk]))
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SCHEDULED
    page = marketer.get(reverse("campaigns:detail", args=[campaign.pk])).content.decode()
    assert reverse("campaigns:withdrawal", args=[campaign.pk]) in page
    marketer.post(reverse("campaigns:withdrawal", args=[campaign.pk]))
    campaign.refresh_from_db()
    assert campaign.is_draft
