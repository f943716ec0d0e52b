"""What customers and machines reach without an account."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import factories
from channels.campaigns import tokens, tracking
from channels.campaigns.models import Campaign, CampaignLink, Delivery, DeliveryEvent, Tally
from channels.campaigns.tests.conftest import people
from channels.consent.models import Consent, ConsentEntry, State
from customers.identity.models import Identity, Profile
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
PERSON = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari"
SHOP = "https://shop.test/new?a=1&b=2"


@pytest.fixture
def delivery() -> Delivery:
    (customer,) = people(1)
    sent = timezone.now() - timedelta(minutes=5)
    campaign = factories.campaign(status="running", launched_at=sent)
    CampaignLink.objects.create(campaign=campaign, number=1, url=SHOP)
    CampaignLink.objects.create(campaign=campaign, number=2, url="https://shop.test/other")
    return factories.delivery(campaign, customer, state="accepted", sent_at=sent, address=customer.email)


def get(client: Client, purpose: tokens.For, delivery: Delivery, number: int = 0, agent: str = PERSON) -> Any:
    token = tokens.make(purpose, delivery.key, number)
    return client.get(reverse(f"mail:{purpose}", args=[token]), headers={"User-Agent": agent})


def count(campaign: Campaign, what: str) -> int:
    return sum(Tally.objects.filter(campaign=campaign, what=what).values_list("count", flat=True))


def test_looking_at_the_mail_is_noted_once(client: Client, delivery: Delivery) -> None:
    for _ in range(2):
        response = get(client, "open", delivery)
    assert response["Content-Type"] == "image/gif"
    delivery.refresh_from_db()
    assert delivery.opened_at
    assert (count(delivery.campaign, "opened"), DeliveryEvent.objects.count()) == (1, 2)


def test_the_picture_is_the_same_for_links_we_never_made(client: Client, delivery: Delivery) -> None:
    good = get(client, "open", delivery)
    for token in ("x", "A" * 48, tokens.make("click", delivery.key), tokens.make("open", uuid4()), "ü" * 48):
        bad = client.get(reverse("mail:open", args=[token]))
        assert (bad.status_code, bad.content, bad.headers) == (good.status_code, good.content, good.headers)
    assert DeliveryEvent.objects.count() == 1


def test_a_click_leads_to_where_the_text_led(client: Client, delivery: Delivery) -> None:
    response = get(client, "click", delivery, 1)
    assert (response.status_code, response["Location"]) == (302, SHOP)
    delivery.refresh_from_db()
    assert delivery.clicked_at
    assert delivery.opened_at
    assert (count(delivery.campaign, "clicked"), count(delivery.campaign, "opened")) == (1, 1)
    assert Entry.objects.get(kind="campaign.clicked").direction == "in"


def test_a_forged_click_leads_nowhere(client: Client, delivery: Delivery) -> None:
    for token in ("x", "A" * 48, "https://evil.test", tokens.make("click", delivery.key, 9)):
        response = client.get(reverse("mail:click", args=["-"]).replace("-", token))
        assert response.status_code in (200, 404)
        assert "Location" not in response
        assert b"evil" not in response.content
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize(
    "agent",
    ["", "curl/8.5", "Mozilla/5.0 (compatible; Googlebot/2.1)", "Barracuda Sentinel", "python-requests/2"],
)
def test_machines_are_noted_as_machines(client: Client, delivery: Delivery, agent: str) -> None:
    get(client, "click", delivery, 1, agent)
    delivery.refresh_from_db()
    assert DeliveryEvent.objects.get().automatic
    assert (delivery.clicked_at, count(delivery.campaign, "clicked")) == (None, 0)


def test_nobody_clicks_two_seconds_after_the_mail_left(client: Client, delivery: Delivery) -> None:
    Delivery.objects.update(sent_at=timezone.now())
    get(client, "click", delivery, 1)
    assert DeliveryEvent.objects.get().automatic


def test_nobody_follows_two_links_at_once(client: Client, delivery: Delivery) -> None:
    get(client, "click", delivery, 1)
    get(client, "click", delivery, 2)
    assert list(DeliveryEvent.objects.order_by("pk").values_list("automatic", flat=True)) == [False, True]


def test_asking_for_the_head_notes_nothing(client: Client, delivery: Delivery) -> None:
    for purpose, number in (("open", 0), ("click", 1), ("unsubscribe", 0)):
        client.head(reverse(f"mail:{purpose}", args=[tokens.make(purpose, delivery.key, number)]))  # type: ignore[arg-type]
    assert not DeliveryEvent.objects.exists()
    assert Consent.objects.get().state == State.GRANTED


def test_events_of_one_mail_are_bounded(client: Client, delivery: Delivery, monkeypatch: Any) -> None:
    monkeypatch.setattr(tracking, "MOST_EVENTS", 3)
    for _ in range(5):
        get(client, "open", delivery)
    assert DeliveryEvent.objects.count() == 3


def test_looking_at_the_unsubscribe_page_changes_nothing(client: Client, delivery: Delivery) -> None:
    for _ in range(5):
        response = get(client, "unsubscribe", delivery)
        assert response.status_code == 200
    assert Consent.objects.get().state == State.GRANTED
    assert not DeliveryEvent.objects.exists()


def test_unsubscribing_withdraws_at_once_with_proof(client: Client, delivery: Delivery) -> None:
    url = reverse("mail:unsubscribe", args=[tokens.make("unsubscribe", delivery.key)])
    response = client.post(url, headers={"User-Agent": PERSON})
    assert response.status_code == 200
    entry = ConsentEntry.objects.latest("pk")
    assert (entry.state, entry.purpose, entry.channel) == ("withdrawn", "marketing", "email")
    assert entry.evidence == {
        "delivery": delivery.key.hex,
        "one_click": False,
        "address": "127.0.0.1",
        "agent": PERSON,
    }
    assert Consent.objects.get().state == State.WITHDRAWN
    delivery.refresh_from_db()
    assert delivery.unsubscribed_at
    assert count(delivery.campaign, "unsubscribed") == 1


def test_one_click_needs_no_cookie_and_may_come_twice(delivery: Delivery) -> None:
    client = Client(enforce_csrf_checks=True)
    url = reverse("mail:unsubscribe", args=[tokens.make("unsubscribe", delivery.key)])
    for _ in range(2):
        response = client.post(url, {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
    assert ConsentEntry.objects.filter(state="withdrawn").count() == 1
    assert ConsentEntry.objects.latest("pk").evidence["one_click"] is True
    assert count(delivery.campaign, "unsubscribed") == 1


def test_an_old_link_still_unsubscribes_who_came_back(client: Client, delivery: Delivery) -> None:
    from channels.consent import services as consent

    url = reverse("mail:unsubscribe", args=[tokens.make("unsubscribe", delivery.key)])
    client.post(url)
    consent.grant(delivery.customer, "marketing", "email", source="shop")
    client.post(url)
    assert Consent.objects.get().state == State.WITHDRAWN


def test_forged_unsubscribes_look_the_same_and_change_nothing(client: Client, delivery: Delivery) -> None:
    good = reverse("mail:unsubscribe", args=[tokens.make("unsubscribe", delivery.key)])
    for token in ("x", "A" * 48, tokens.make("open", delivery.key), tokens.make("unsubscribe", uuid4())):
        bad = reverse("mail:unsubscribe", args=[token])
        assert client.get(bad).content == client.get(good).content
        refused = client.post(bad)
        assert refused.status_code == 200
    assert Consent.objects.get().state == State.GRANTED
    assert refused.content == client.post(good).content


def test_unsubscribing_counts_for_everybody_at_the_address(client: Client, delivery: Delivery) -> None:
    (twin,) = people(1)
    profile = Profile.objects.create(customer=twin, source="shop", source_key="9")
    Identity.objects.create(profile=profile, kind="email", value=delivery.address.lower(), source="shop")
    client.post(reverse("mail:unsubscribe", args=[tokens.make("unsubscribe", delivery.key)]))
    assert set(Consent.objects.values_list("state", flat=True)) == {"withdrawn"}


@pytest.mark.parametrize("reason", ["lost", "no_answer: timed out"])
def test_a_sign_of_life_proves_that_it_arrived(client: Client, delivery: Delivery, reason: str) -> None:
    from channels.campaigns import books

    Delivery.objects.update(state="unknown", reason=reason)
    books.count(delivery.campaign, {("planned", ""): 1, ("unknown", books.family(reason)): 1})
    get(client, "open", delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("accepted", "")
    assert (count(delivery.campaign, "unknown"), count(delivery.campaign, "accepted")) == (0, 1)
    assert Entry.objects.filter(kind="campaign.sent").count() == 1


def test_too_many_visits_are_answered_but_not_noted(
    client: Client, delivery: Delivery, monkeypatch: Any
) -> None:
    from channels.campaigns import public_views

    monkeypatch.setattr(public_views, "PER_MINUTE", 0)
    assert get(client, "open", delivery).status_code == 200
    assert get(client, "click", delivery, 1)["Location"] == SHOP
    assert not DeliveryEvent.objects.exists()
