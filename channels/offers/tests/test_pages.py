"""The pages of offers, and codes in messages."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation

from channels.campaigns import sending, services
from channels.campaigns.models import Campaign, Delivery
from channels.campaigns.tests.conftest import Sink, body_of, launch, people
from channels.offers import giving
from channels.offers import services as offers
from channels.offers.factories import offer
from channels.offers.models import Coupon, Offer
from crm.accounts import factories
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.factories import customer

pytestmark = pytest.mark.django_db


def signed_in(client: Client, *roles: Role) -> Client:
    client.force_login(factories.user(*roles))
    client.cookies["django_language"] = "en"
    return client


def test_a_marketer_begins_an_offer_and_sees_what_it_brings(client: Client) -> None:
    signed_in(client, Role.MARKETING)
    said = {"name": "Autumn", "gives": "percent", "starts_at": "2026-01-01T00:00", "kind": "unique"}
    wrong = client.post(reverse("offers:new"), said)
    assert wrong.status_code == 422
    assert "Say what is given." in wrong.content.decode()
    client.post(reverse("offers:new"), {**said, "percent": "12.5", "number": "20"})
    made = Offer.objects.get()
    assert (made.name, made.codes_wanted, str(made.percent)) == ("Autumn", 20, "12.50")
    page = client.get(reverse("offers:detail", args=[made.pk])).content.decode()
    assert "12.5 % off" in page
    client.post(reverse("offers:stop", args=[made.pk]))
    made.refresh_from_db()
    assert made.stopped_at
    assert "Autumn" in client.get(reverse("offers:list")).content.decode()


def test_the_counter_checks_redeems_and_takes_back(client: Client) -> None:
    signed_in(client, Role.OPERATIONS)
    made, one = offer(), customer(name="Emma Stone")
    code = giving.give(made.pk, [one.pk])[one.pk].code
    page = client.post(reverse("offers:check"), {"code": code.lower(), "amount": "80"}).content.decode()
    assert "Emma Stone" in page
    assert "−¥8" in page
    key = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    client.post(reverse("offers:redemption"), {"code": code, "amount": "80", "number": "K1", "key": key})
    page = client.post(reverse("offers:check"), {"code": code}).content.decode()
    assert "This code was redeemed on" in page
    assert "Emma Stone" in client.get(reverse("offers:detail", args=[made.pk])).content.decode()
    client.post(reverse("offers:return", args=[made.redemptions.get().pk]))
    assert Coupon.objects.get(customer=one).used_at is None
    panel = client.get(reverse("customers:panel", args=[one.pk, "coupons"])).content.decode()
    assert code in panel


def test_many_customers_with_a_code_are_counted_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(offers, "FEW", 2)
    made = offer(number=4)
    for given in (1, 2, 3):
        giving.give(made.pk, [customer().pk])
        assert offers.given(made) == given
    giving.give(made.pk, [customer().pk])
    assert offers.given(made) == 3
    cache.clear()
    assert offers.given(made) == 4


@pytest.mark.slow
def test_a_campaign_gives_each_reader_a_code_and_leaves_out_whom_none_is_left_for(
    sink: Sink,
    campaign: Campaign,
) -> None:
    campaign.body = "Your code: {{ coupon }}"
    campaign.save()
    with pytest.raises(Refused):
        services.launch(campaign, by=campaign.created_by)
    campaign.offer = offer(number=2)
    campaign.save()
    people(3, language="en")
    launch(campaign)
    while sending.deliver(campaign.pk, seconds=20):
        pass
    with translation.override("en"):
        words = {body_of(sink.mail(f"c{index}@example.com"), "plain") for index in range(2)}
    given = Coupon.objects.filter(offer=campaign.offer).exclude(customer=None)
    assert len(words) == len(given) == 2
    left_out = Delivery.objects.get(campaign=campaign, state="skipped")
    assert left_out.reason == giving.NONE_LEFT
