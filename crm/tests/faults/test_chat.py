"""Two hundred visitors of the chat and five hundred open pages, while web and worker are killed."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from crm.tests.faults.chatting import Page, Server, Visitor, p95
from crm.tests.faults.company import Company, company

pytestmark = [pytest.mark.fault, pytest.mark.slow]

VISITORS, CALMLY, UNDER_FIRE, PAUSE = 200, 10, 40, 8.0
KILLS = 12
PAGES, NEWS = 500, 300
SETUP = """
from channels.models import Channel
one = Channel.objects.create(connector="chat", kind="chat", name="Chat", config={})
result = one.token
"""
STAFF = """
from django.test import Client
from django.conf import settings
from crm.accounts.models import User
result = []
for number in range({number}):
    user = User.objects.create(
        username=f"agent{{number}}", email=f"agent{{number}}@example.com", name="Agent", roles=["service"]
    )
    client = Client()
    client.force_login(user)
    result.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
"""
PUBLISH = """
import time
from channels.live import publishing
for number in range({number}):
    publishing.publish("inbox", "count", {{"n": number}})
    time.sleep(0.1)
result = {number}
"""


@pytest.fixture
def one(monkeypatch: pytest.MonkeyPatch) -> Any:
    # Each visitor comes from an address of their own.
    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    with company() as running:
        yield running


def test_every_message_arrives_once_and_in_order(one: Company, say: Callable[[str], None]) -> None:
    token = one.shell(SETUP)
    visitors = [Visitor(Server(one.port), token, number) for number in range(VISITORS)]
    calm = asyncio.run(_chat(one, visitors))
    kept = one.query(
        "SELECT address, array_agg(data->>'id' ORDER BY id) FROM inbox_message"
        " WHERE direction = 'in' GROUP BY address"
    )
    stored = {tuple(numbers) for _address, numbers in kept}
    told = [len(visitor.heard) for visitor in visitors]
    again = sum(visitor.again for visitor in visitors)
    say(
        f"{sum(len(numbers) for _a, numbers in kept)} messages of {VISITORS} visitors, {again} sent again; "
        f"calm: p50 {sorted(calm)[len(calm) // 2]:.2f} s, p95 {p95(calm):.2f} s; told {sum(told)}"
    )
    assert stored == {tuple(visitor.sent) for visitor in visitors}, "lost, doubled or out of order"
    assert all(visitor.heard == visitor.sent for visitor in visitors), "pages were told otherwise"
    conversations = one.value("SELECT count(*) FROM inbox_conversation")
    assert conversations == VISITORS
    assert p95(calm) <= 1.0


async def _chat(one: Company, visitors: list[Visitor]) -> list[float]:
    """Returns how long delivery took while nothing was killed."""
    pages = [await visitor.begin() for visitor in visitors]
    following = [asyncio.create_task(page.follow()) for page in pages]
    for page in pages:
        await asyncio.wait_for(page.ready.wait(), 60)
    # The first message makes a customer and a conversation.
    await asyncio.gather(*(_talk(visitor, 1) for visitor in visitors))
    await asyncio.sleep(3)
    for visitor in visitors:
        visitor.took.clear()
    await asyncio.gather(*(_talk(visitor, CALMLY - 1) for visitor in visitors))
    await asyncio.sleep(3)
    calm = [took for visitor in visitors for took in visitor.took]
    talking = asyncio.gather(*(_talk(visitor, UNDER_FIRE) for visitor in visitors))
    shooting = asyncio.create_task(_shoot(one))
    await talking
    await shooting
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(90):
            while any(len(visitor.heard) < len(visitor.sent) for visitor in visitors):
                await asyncio.sleep(0.5)
    for task in following:
        task.cancel()
    return calm


async def _talk(visitor: Visitor, messages: int) -> None:
    await asyncio.sleep(random.uniform(0, PAUSE))
    for _ in range(messages):
        await visitor.say()
        await asyncio.sleep(random.uniform(0.5, 1.5) * PAUSE)


async def _shoot(one: Company) -> None:
    for number in range(KILLS):
        await asyncio.sleep(random.uniform(8, 16))
        await asyncio.to_thread(one.shoot_when_alive, "worker" if number % 3 == 2 else "web")


def test_pages_come_back_without_gap_and_repeat(one: Company, say: Callable[[str], None]) -> None:
    sessions = one.shell(STAFF.format(number=-(-PAGES // 8)))
    told, resets, lines = asyncio.run(_watch(one, sessions))
    wrong = [numbers for numbers in told if numbers != list(range(NEWS))]
    say(f"{len(told)} pages, {NEWS} news each, {lines} lines opened, {resets} resets, {len(wrong)} wrong")
    assert wrong == []
    assert resets == 0


async def _watch(one: Company, sessions: list[str]) -> tuple[list[list[int]], int, int]:
    server = Server(one.port)
    told: list[list[int]] = []
    pages = []
    for number in range(PAGES):
        mine: list[int] = []
        told.append(mine)
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={sessions[number // 8]}"}
        pages.append(Page(server, "/live/stream/?topics=inbox", headers, _counter(mine)))
    following = [asyncio.create_task(page.follow()) for page in pages]
    for page in pages:
        await asyncio.wait_for(page.ready.wait(), 120)
    for page in pages:
        page.resets = 0  # the first look at everything
    publishing = asyncio.create_task(asyncio.to_thread(one.shell, PUBLISH.format(number=NEWS)))
    for _ in range(3):
        await asyncio.sleep(8)
        await asyncio.to_thread(one.shoot_when_alive, "web")
    await publishing
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(90):
            while any(len(numbers) < NEWS for numbers in told):
                await asyncio.sleep(0.5)
    for task in following:
        task.cancel()
    return told, sum(page.resets for page in pages), sum(page.lines for page in pages)


def _counter(mine: list[int]) -> Callable[[dict[str, Any]], None]:
    def take(one: dict[str, Any]) -> None:
        if one["kind"] == "count":
            mine.append(one["data"]["n"])

    return take
