"""POST /social/<pk>/day/: a post is dragged to another day of the calendar and keeps its hour."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from channels import factories
from channels.social import services
from channels.social.models import Posting, SocialPost
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LATER = timedelta(days=3)


@pytest.fixture
def marketer() -> User:
    return people.user(Role.MARKETING)


@pytest.fixture
def browser(marketer: User) -> Client:
    client = Client()
    client.force_login(marketer)
    client.cookies["django_language"] = "en"
    return client


def post(by: User, state: str = "draft", at: datetime | None = None) -> SocialPost:
    """Of the state on one account, tomorrow at half past four unless said otherwise."""
    account = factories.channel(connector="sandbox_social", kind="social", config={"network": "weibo"})
    half_past = timezone.localtime().replace(hour=16, minute=30, second=0, microsecond=0)
    moment = at or half_past + timedelta(days=1)
    made = services.save(SocialPost(text="Tea", at=moment, created_by=by), {account.pk: ""}, by=by)
    if state != "draft":
        services.approve(made, by=people.user(Role.MARKETING))
        made.refresh_from_db()
    if state == "scheduled":
        services.schedule(made, by=by)
        made.refresh_from_db()
    return made


def day_after(one: SocialPost) -> date:
    return timezone.localdate(one.at) + LATER


@pytest.mark.parametrize("state", ["draft", "approved", "scheduled"])
def test_it_keeps_its_hour_and_what_it_was(browser: Client, marketer: User, state: str) -> None:
    one = post(marketer, state)
    before = (one.at, one.state, one.approved_by_id)
    answer = browser.post(f"/social/{one.pk}/day/", {"until": day_after(one)}, headers={"HX-Request": "true"})
    one.refresh_from_db()
    assert answer.status_code == 204
    assert "posts-changed" in answer.headers["HX-Trigger"]
    assert (one.at - LATER, one.state, one.approved_by_id) == before
    assert Posting.objects.get().due_at == (one.at if state == "scheduled" else None)


def test_without_a_script_its_page_follows(browser: Client, marketer: User) -> None:
    one = post(marketer)
    answer = browser.post(f"/social/{one.pk}/day/", {"until": day_after(one)})
    assert answer.headers["Location"] == f"/social/{one.pk}/"


@pytest.mark.parametrize("state", ["published", "failed", "unknown"])
def test_what_is_over_stays(browser: Client, marketer: User, state: str) -> None:
    one = post(marketer, "scheduled")
    SocialPost.objects.update(state=state)
    answer = browser.post(f"/social/{one.pk}/day/", {"until": day_after(one)})
    assert answer.status_code == 409
    assert "can no longer be moved" in answer.content.decode()
    assert SocialPost.objects.get().at == one.at


def test_what_is_being_published_stays(marketer: User) -> None:
    one = post(marketer, "scheduled")
    Posting.objects.update(state="sending")
    with pytest.raises(Refused, match="can no longer be moved"):
        services.move(one, day_after(one), by=marketer)


def test_an_hour_that_is_past_is_refused(browser: Client, marketer: User) -> None:
    one = post(marketer, at=timezone.now() - timedelta(minutes=1))
    for day in (timezone.localdate(one.at), timezone.localdate() - timedelta(days=1)):
        answer = browser.post(f"/social/{one.pk}/day/", {"until": day})
        assert answer.status_code == 409
        assert "That moment is past already" in answer.content.decode()
    # From the past into the future is what it is for.
    services.move(one, day_after(one), by=marketer)


@pytest.mark.parametrize("day", ["", "soon", "0001-01-01", "9999-12-31"])
def test_odd_days_are_refused(browser: Client, marketer: User, day: str) -> None:
    assert browser.post(f"/social/{post(marketer).pk}/day/", {"until": day}).status_code == 400


def test_whoever_may_only_look_or_approve_moves_nothing(client: Client, marketer: User) -> None:
    one = post(marketer)
    client.force_login(people.user(Role.MANAGER))
    assert client.post(f"/social/{one.pk}/day/", {"until": day_after(one)}).status_code == 404
    assert "data-card" not in client.get(f"/social/?on={timezone.localdate(one.at)}").content.decode()


def test_the_calendar_offers_what_may_be_moved(browser: Client, marketer: User) -> None:
    for state in ("draft", "approved", "scheduled"):
        post(marketer, state)
    over = post(marketer)
    SocialPost.objects.filter(pk=over.pk).update(state="published")
    text = browser.get(f"/social/?on={timezone.localdate(over.at)}").content.decode()
    assert text.count("data-card") == 3
    assert f"/social/{over.pk}/day/" not in text
    assert f'data-drop="{timezone.localdate() - timedelta(days=1)}"' not in text


def test_another_moment_stays_approved_and_other_words_do_not(marketer: User) -> None:
    one = post(marketer, "approved")
    texts = {Posting.objects.get().channel_id: ""}
    one.at += LATER
    assert services.save(one, texts, by=marketer).state == "approved"
    one.text = "Coffee"
    assert services.save(one, texts, by=marketer).approved_by is None
    one.refresh_from_db()
    assert (one.state, one.text) == ("draft", "Coffee")
