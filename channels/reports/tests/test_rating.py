"""A customer rates a conversation once, by the link that belongs to it."""

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from channels.inbox.models import Conversation
from channels.reports import rating
from channels.reports.models import Rating
from channels.reports.tests.conftest import as_, conversation
from crm.accounts.models import Team, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_asked_before() -> None:
    cache.clear()


@pytest.fixture
def link() -> str:
    return reverse("rating:page", args=[rating.LINKS.make("rate", conversation(language="en").token)])


def test_the_first_word_holds(client: Client, link: str) -> None:
    assert "How did we do?" in client.get(link).content.decode()
    assert not Rating.objects.exists()
    client.post(link, {"score": "5", "comment": "Quick!"})
    client.post(link, {"score": "1"})
    assert list(Rating.objects.values_list("score", "comment")) == [(5, "Quick!")]
    assert "Thank you" in client.get(link).content.decode()


def test_nobody_guesses_a_link(client: Client, link: str) -> None:
    for wrong in (link[:-1] + ("A" if link[-1] != "A" else "B"), "/rate/x", "/rate/" + "A" * 48):
        assert "How did we do?" not in client.get(wrong).content.decode()
        client.post(wrong, {"score": "5"})
    assert not Rating.objects.exists()


@pytest.mark.parametrize("score", ["", "0", "6", "x"])
def test_only_five_answers_are_taken(client: Client, link: str, score: str) -> None:
    assert client.post(link, {"score": score}).status_code == 422
    made = Conversation.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(conversation=made, score=6)


def test_what_was_merged_is_rated_where_it_went(client: Client) -> None:
    target = conversation()
    merged = conversation(merged_into=target)
    client.post(reverse("rating:page", args=[rating.LINKS.make("rate", merged.token)]), {"score": "3"})
    assert Rating.objects.get().conversation == target


def test_the_composer_offers_the_link_and_shows_the_rating(team: Team, person: User) -> None:
    made = conversation(team=team, assignee=person, language="en")
    page = as_(person).get(reverse("reports:ask", args=[made.pk])).content.decode()
    assert rating.address(made) in page
    rating.rate(made, 2, "Slow <b>")
    page = as_(person).get(reverse("reports:ask", args=[made.pk])).content.decode()
    assert "Slow &lt;b&gt;" in page
