"""Recommended products in a campaign's text: each reader's own, and words for those who have none."""

import pytest

from channels.campaigns import audience, sending
from channels.campaigns.models import Campaign
from channels.campaigns.tests.conftest import Sink, body_of, launch, people
from segments.recommending import services
from segments.recommending.tests import shop

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def text_to(sink: Sink, index: int) -> str:
    return body_of(sink.mail(f"c{index}@example.com"), "plain")


def test_each_reader_gets_their_own(sink: Sink, campaign: Campaign) -> None:
    campaign.body = "For you: {{ recommended_products|our whole range }}."
    campaign.save()
    beans, filters, cup = (shop.article(name) for name in ("Beans", "Filters", "Cup"))
    for product, popularity in ((beans, 3), (filters, 2), (cup, 1)):
        shop.sells(product, popularity=popularity)
    shop.goes_with(beans, cup)
    buyer, decliner, newcomer = people(3, language="en")
    for one in (buyer, decliner):
        shop.buys(one, beans)
    services.choose(decliner, personal=False, by=None)
    services.reject(newcomer, beans, by=campaign.created_by)
    launch(campaign)
    while sending.deliver(campaign.pk, seconds=20):
        pass
    # What goes with the beans comes first; who declined sees what sells best; a rejection holds.
    assert "For you: Cup, Filters." in text_to(sink, 0)
    assert "For you: Beans, Filters, Cup." in text_to(sink, 1)
    assert "For you: Filters, Cup." in text_to(sink, 2)


def test_where_nothing_was_learnt_the_fallback_stands(sink: Sink, campaign: Campaign) -> None:
    campaign.body = "For you: {{ recommended_products|our whole range }}."
    campaign.save()
    (one,) = people(1, language="en")
    assert audience.person_of(one).recommended == ()
    launch(campaign)
    while sending.deliver(campaign.pk, seconds=20):
        pass
    assert "For you: our whole range." in text_to(sink, 0)
