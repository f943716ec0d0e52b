"""Posts: written, approved by somebody else, published once, and what is said when nobody can know."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from channels import factories
from channels.connectors.base import Accepted
from channels.sandbox.models import SandboxMessage
from channels.sandbox.server import Sandbox
from channels.social import links, publishing, services
from channels.social.models import Posting, SocialPost
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused

pytestmark = pytest.mark.slow
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140"}


def client_of(role: Role) -> Client:
    client = Client()
    client.force_login(people.user(role))
    client.cookies["django_language"] = "en"
    return client


def account(network: str = "weibo", **fields: Any) -> Any:
    given = {"connector": "sandbox_social", "kind": "social", "config": {"network": network, "longest": 50}}
    return factories.channel(**{**given, **fields})


def scheduled(writer: User, *accounts: Any) -> SocialPost:
    post = SocialPost(
        text="Spring {{ tea }}",
        link="https://shop.test/tea?utm_source=own",
        at=timezone.now(),
        created_by=writer,
    )
    services.save(post, {one.pk: "" for one in accounts}, by=writer)
    services.approve(post, by=people.user(Role.MARKETING))
    post.refresh_from_db()
    services.schedule(post, by=writer)
    return post


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("only_our_own_workers")
def test_a_post_reaches_the_sandbox_once_with_our_own_link(sandbox: Sandbox) -> None:
    post = scheduled(people.user(Role.MARKETING), account(), account("douyin"))
    publishing.publish_due()
    publishing.publish_due()
    post.refresh_from_db()
    assert post.state == "published"
    assert {one.state for one in post.postings.all()} == {"published"}
    said = list(SandboxMessage.objects.order_by("recipient"))
    assert [one.recipient for one in said] == ["douyin", "weibo"]
    posting = post.postings.get(channel__config__network="weibo")
    assert links.of(posting).encode() in bytes(said[1].raw)
    assert said[1].key == posting.key.hex


@pytest.mark.django_db
def test_what_a_dead_worker_left_is_not_said_twice_where_nobody_knows_the_key() -> None:
    webhook = account(connector="social_webhook", config={"network": "x", "url": "https://hub.test/in"})
    post = scheduled(people.user(Role.MARKETING), webhook)
    gone = timezone.now() - timedelta(minutes=10)
    Posting.objects.update(state="sending", lease_until=gone, attempts=1)
    publishing.publish_due()
    posting = Posting.objects.get()
    post.refresh_from_db()
    assert (posting.state, posting.reason, post.state) == ("unknown", "interrupted", "unknown")
    page = client_of(Role.MARKETING).get(f"/social/{post.pk}/").content.decode()
    assert "Whoever published it was interrupted" in page
    # Somebody else's lease is left alone, and what is far too late is not said at all.
    other = scheduled(people.user(Role.MARKETING), account())
    held = other.postings.get()
    Posting.objects.filter(pk=held.pk).update(
        state="sending", lease_until=timezone.now() + timedelta(minutes=1)
    )
    assert publishing.publish_due() == 0
    SocialPost.objects.filter(pk=other.pk).update(at=timezone.now() - timedelta(days=1))
    Posting.objects.filter(pk=held.pk).update(state="planned", lease_until=None)
    publishing.publish_due()
    held.refresh_from_db()
    assert (held.state, held.reason) == ("failed", "too_late")
    page = client_of(Role.MARKETING).get(f"/social/{other.pk}/").content.decode()
    assert "Too late: nothing was published." in page


@pytest.mark.django_db
def test_what_may_be_out_is_unknown_however_late_it_is_found() -> None:
    """The sandbox knows our key, but after half a day nobody wants it said again."""
    post = scheduled(people.user(Role.MARKETING), account())
    Posting.objects.update(state="sending", lease_until=None, attempts=1)
    SocialPost.objects.update(at=timezone.now() - timedelta(days=1))
    publishing.publish_due()
    posting = Posting.objects.get()
    post.refresh_from_db()
    assert (posting.state, posting.reason, post.state) == ("unknown", "too_late", "unknown")
    page = client_of(Role.MARKETING).get(f"/social/{post.pk}/").content.decode()
    assert "It may be out or not" in page
    assert "found too late to say it again" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("only_our_own_workers")
def test_two_workers_that_end_the_last_parts_at_once_end_the_post() -> None:
    post = scheduled(people.user(Role.MARKETING), account(), account("douyin"))
    first, second = (publishing._claim(), publishing._claim())
    assert first
    assert second

    def end_second() -> None:
        publishing._end(second, Accepted("2"))
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            publishing._end(first, Accepted("1"))
            other = pool.submit(end_second)
            wait([other], timeout=1)
        other.result(30)
    post.refresh_from_db()
    assert post.state == "published"


@pytest.mark.django_db
def test_clicks_by_people_are_counted_and_marks_of_the_author_stay() -> None:
    scheduled(people.user(Role.MARKETING), account())
    address = links.of(Posting.objects.select_related("post").get())
    path = address[address.index("/s/") :]
    for agent in (BROWSER["User-Agent"], "Googlebot/2.1", ""):
        answer = Client().get(path, headers={"User-Agent": agent})
        assert answer.status_code == 302
    assert "utm_source=own" in answer.headers["Location"]
    assert "utm_medium=social" in answer.headers["Location"]
    assert Posting.objects.get().clicks == 1
    assert Client().get("/s/" + "x" * 48).status_code == 200


@pytest.mark.django_db
def test_marketing_writes_and_somebody_else_approves() -> None:
    one, writer = account(), people.user(Role.MARKETING)
    client, other = Client(), Client()
    client.force_login(writer)
    other.force_login(people.user(Role.MANAGER))
    for browser in (client, other):
        browser.cookies["django_language"] = "en"
    at = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    given = {"text": "Tea", "at": at, f"on_{one.pk}": "on", f"words_{one.pk}": ""}
    assert client.post("/social/new/", {**given, f"words_{one.pk}": "x" * 51}).status_code == 422
    assert client.post("/social/new/", {"text": "Tea", "at": at}).status_code == 422
    assert client.post("/social/new/", given).status_code == 302
    post = SocialPost.objects.get()
    assert client.post(f"/social/{post.pk}/schedule/").status_code == 409
    assert client.post(f"/social/{post.pk}/approval/").status_code == 404
    assert other.post(f"/social/{post.pk}/approval/").status_code == 302
    assert other.post(f"/social/{post.pk}/schedule/").status_code == 404
    assert client.post(f"/social/{post.pk}/schedule/").status_code == 302
    with pytest.raises(Refused):
        services.save(SocialPost.objects.get(), {one.pk: ""}, by=writer)
    on = timezone.localtime(post.at).date()
    for page in (f"?on={on}", f"?span=week&on={on}", "list/", f"{post.pk}/"):
        assert "Tea" in client.get(f"/social/{page}").content.decode(), page
    assert publishing.publish_due() == 0
    client.post(f"/social/{post.pk}/withdrawal/")
    post.refresh_from_db()
    assert (post.state, post.approved_by) == ("draft", None)
