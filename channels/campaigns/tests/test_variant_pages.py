"""The pages of variants and of what a campaign brought."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels.campaigns import arms
from channels.campaigns.marking import marked
from channels.campaigns.models import Campaign, Outcome, Variant
from channels.campaigns.tests.test_pages import draft, marketer, reader
from crm.accounts import factories as people
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db

__all__ = ["marketer"]


ENGLISH = {"accept-language": "en"}


def in_english(client: Client, campaign: Campaign) -> Any:
    return client.get(reverse("campaigns:results", args=[campaign.pk]), headers=ENGLISH)


def outcome(campaign: Campaign, arm: int, **fields: object) -> None:
    counts = dict.fromkeys(("members", "sent", "opened", "clicked", "unsubscribed", "buyers", "orders"), 0)
    Outcome.objects.create(campaign=campaign, arm=arm, **{**counts, **fields})


def test_a_variant_is_written_changed_and_deleted(marketer: Client) -> None:
    campaign = draft()
    new = reverse("campaigns:variant-new", args=[campaign.pk])
    assert campaign.subject in marketer.get(new).content.decode()
    for subject in ("Second", "Third"):
        assert marketer.post(new, {"subject": subject, "body": "Dear {{ name }}"}).status_code == 302
    changed = reverse("campaigns:variant", args=[campaign.pk, 3])
    marketer.post(changed, {"subject": "Third time", "body": "Dear {{ name }}"})
    marketer.post(reverse("campaigns:variant-deletion", args=[campaign.pk, 2]))
    assert list(campaign.variants.values_list("number", "subject")) == [(2, "Third time")]
    assert "Third time" in marketer.get(reverse("campaigns:variants", args=[campaign.pk])).content.decode()


def test_what_cannot_be_filled_in_is_refused_in_a_variant_too(marketer: Client) -> None:
    campaign = draft()
    answer = marketer.post(
        reverse("campaigns:variant-new", args=[campaign.pk]), {"subject": "{{ x }}", "body": "y"}
    )
    assert answer.status_code == 422
    assert not campaign.variants.exists()


def test_there_are_at_most_five_wordings(marketer: Client) -> None:
    campaign = draft()
    new = reverse("campaigns:variant-new", args=[campaign.pk])
    for _number in range(arms.MOST_VARIANTS):
        marketer.post(new, {"subject": "More", "body": "text"})
    assert campaign.variants.count() == arms.MOST_VARIANTS - 1


def test_waiting_for_a_winner_needs_a_way_to_find_one(marketer: Client) -> None:
    campaign = draft()
    Variant.objects.create(campaign=campaign, number=2, subject="b", body="b")
    page = reverse("campaigns:variants", args=[campaign.pk])
    asked = {"test_share": 20, "decide_by": "", "test_hours": 4}
    assert marketer.post(page, asked).status_code == 422
    assert marketer.post(page, asked | {"decide_by": "clicks"}).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.test_share, campaign.decide_by, campaign.test_hours) == (20, "clicks", 4)


def test_the_preview_shows_the_variant_that_is_asked_for(marketer: Client) -> None:
    campaign = draft(subject="First words")
    Variant.objects.create(campaign=campaign, number=2, subject="Other words", body="b")
    reader(name="李小龙")
    page = reverse("campaigns:preview", args=[campaign.pk])
    assert "Other words" not in marketer.get(page).content.decode()
    assert "Other words" in marketer.get(page, {"variant": 2}).content.decode()


def test_results_say_what_the_campaign_brought_and_how_sure_that_is(marketer: Client) -> None:
    campaign = draft()
    outcome(campaign, arms.HOLDOUT, members=1000, buyers=50, revenue=5000, squares=600_000)
    outcome(campaign, 1, members=9000, sent=8900, buyers=900, orders=950, revenue=90_000, squares=1e7)
    page = in_english(marketer, campaign).content.decode()
    assert "It worked" in page
    assert "<dd>450 " in page
    assert "¥45,000" in page
    Outcome.objects.filter(arm=1).update(buyers=460)
    assert "may be chance" in in_english(marketer, campaign).content.decode()


def test_results_compare_variants_with_the_first(marketer: Client) -> None:
    campaign = draft(decide_by="clicks")
    Variant.objects.create(campaign=campaign, number=2, subject="Other words", body="b")
    outcome(campaign, 1, members=500, sent=500, clicked=20)
    outcome(campaign, 2, members=500, sent=500, clicked=60)
    outcome(campaign, arms.AFTERWARDS + 2, members=9000, sent=9000, clicked=9000)
    page = in_english(marketer, campaign).content.decode()
    assert "Better" in page
    assert "12.0%" in page


def test_campaigns_stand_side_by_side(marketer: Client, client: Client) -> None:
    campaign = draft(name="Spring")
    Campaign.objects.filter(pk=campaign.pk).update(
        status="done", launched_at=campaign.created_at, planned_at=campaign.created_at
    )
    outcome(campaign, 1, members=100, sent=100, opened=40)
    page = marketer.get(reverse("campaigns:comparison")).content.decode()
    assert "Spring" in page
    assert "40.0%" in page
    client.force_login(people.user(Role.SERVICE))
    assert client.get(reverse("campaigns:comparison")).status_code == 404


def test_links_are_marked_where_it_is_wanted_and_keep_what_their_author_wrote() -> None:
    campaign = draft(name="春季 sale", marks_links=True)
    assert marked("https://shop.test/a?x=1&utm_source=me#top", campaign, 12) == (
        "https://shop.test/a?x=1&utm_source=me&utm_medium=email"
        f"&utm_campaign={campaign.pk}-%E6%98%A5%E5%AD%A3+sale&utm_content=B#top"
    )
    campaign.marks_links = False
    assert marked("https://shop.test/?a", campaign, 1) == "https://shop.test/?a"
