"""The stream as a browser meets it: over HTTP, from our own server."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from channels.live import hub, presence, publishing, services, wire
from channels.live.presence import Availability, Here
from channels.live.tests.serving import Listener, serving, until
from crm.accounts import factories
from crm.accounts.models import User
from crm.accounts.policy import Role

pytestmark = pytest.mark.slow


@pytest.fixture
def server(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(hub, "BEAT", 0.3)
    monkeypatch.setattr(presence, "SEEN", 1.5)
    for key in wire.client().scan_iter(wire.key("*")):
        wire.client().delete(key)
    with serving() as address:
        yield address


def cookies(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"Cookie": f"{name}={client.cookies[name].value}"}


def test_news_arrive_and_a_reader_who_comes_back_misses_none(server: str) -> None:
    agent, other = factories.user(Role.SERVICE), factories.user(Role.SERVICE)
    mine, signed_in = f"user:{agent.pk}", cookies(agent)
    address = f"{server}/live/stream/?topics=inbox+user:{other.pk}+nonsense+conversation:99"
    first = Listener(address, signed_in)
    assert first.answer.headers["Content-Type"] == "text/event-stream"
    until(lambda: first.resets == 1)
    for number in range(3):
        publishing.publish(mine, "ping", {"n": number})
    publishing.publish(f"user:{other.pk}", "secret")
    publishing.publish("inbox", "count")
    until(lambda: len(first.news) == 4)
    first.close()
    for number in range(3, 6):
        publishing.publish(mine, "ping", {"n": number})
    second = Listener(address, signed_in | {"Last-Event-ID": first.last_id})
    publishing.publish(mine, "ping", {"n": 6})
    until(lambda: len(second.news) == 4)
    got = [one["data"]["n"] for one in first.news + second.news if one["kind"] == "ping"]
    assert got == list(range(7))
    assert second.resets == 0
    known = second.last_id
    until(lambda: second.last_id != known)  # the beat moves the cursor on
    asked = Client(headers=signed_in).get("/live/news/", {"topics": "inbox", "since": first.last_id}).json()
    assert [one["data"]["n"] for one in asked["news"]] == [3, 4, 5, 6]
    second.close()


def test_presence_and_the_end_with_the_session(server: str) -> None:
    agent, colleague = factories.user(Role.OPERATIONS), factories.user(Role.SERVICE)
    assert presence.available([agent]) == {agent.pk: Availability.OFFLINE}
    page = Listener(f"{server}/live/stream/?topics=inbox", cookies(agent))
    until(lambda: presence.available([agent, colleague])[agent.pk] == Availability.ONLINE)
    assert presence.available([colleague])[colleague.pk] == Availability.OFFLINE
    services.set_away(True, by=agent)
    assert presence.available([agent])[agent.pk] == Availability.AWAY
    presence.types("inbox", colleague.pk)
    until(lambda: any(one["kind"] == "typing" for one in page.news))
    assert presence.here("inbox") == [Here(colleague.pk, is_typing=True)]
    presence.stops("inbox", colleague.pk)
    assert presence.here("inbox") == []
    Session.objects.all().delete()
    assert page.ended.wait(5)
    until(lambda: presence.available([agent])[agent.pk] == Availability.OFFLINE)


def test_a_reader_has_so_many_streams_and_no_more(server: str) -> None:
    agent = factories.user(Role.SERVICE)
    signed_in = cookies(agent)
    pages = [Listener(f"{server}/live/stream/", signed_in) for _ in range(hub.MOST_OF_A_READER)]
    until(lambda: all(page.resets for page in pages))
    one_more = Listener(f"{server}/live/stream/", signed_in)
    assert pages[0].ended.wait(5)
    until(lambda: one_more.resets == 1)
    publishing.publish(f"user:{agent.pk}", "ping")
    until(lambda: len(one_more.news) == 1 and len(pages[1].news) == 1)
    for page in [*pages, one_more]:
        page.close()
