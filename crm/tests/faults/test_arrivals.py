"""Calls of a provider, each several times at once, while workers and servers are killed: each counts once."""

import random
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import pytest

from crm.tests.faults.calling import signed
from crm.tests.faults.company import Company, company

pytestmark = [pytest.mark.fault, pytest.mark.slow]

MESSAGES, PEOPLE, CALLERS, WORKER_KILLS, SERVER_KILLS = 1_200, 40, 8, 20, 3
WAITING = "SELECT count(*) FROM inbound_event WHERE state = 'new'"


def test_everything_acknowledged_is_there_once(say: Callable[[str], None]) -> None:
    with company() as one:
        path = one.shell("from crm.tests.faults import calling\nresult = calling.open_channel()")
        repeated, kills, seconds = fire(one, path)
        took = one.wait(lambda: one.value(WAITING) == 0, 300, "the sweep")
        figures = {
            "messages": one.value("SELECT count(*) FROM inbox_message WHERE direction = 'in'"),
            "different": one.value("SELECT count(DISTINCT text) FROM inbox_message WHERE direction = 'in'"),
            "conversations": one.value("SELECT count(*) FROM inbox_conversation"),
            "touchpoints": one.value("SELECT count(*) FROM timeline_entry WHERE source = 'inbox'"),
            "parked": one.value("SELECT count(*) FROM inbound_event WHERE state = 'parked'"),
        }
        say(
            f"{MESSAGES} messages in {repeated} calls, {kills} kills in {seconds:.0f} s;"
            f" all taken in {took:.0f} s after the last: {figures}"
        )
        assert figures == {
            "messages": MESSAGES,
            "different": MESSAGES,
            "conversations": PEOPLE,
            "touchpoints": MESSAGES,
            "parked": 0,
        }


def fire(one: Company, path: str) -> tuple[int, int, float]:
    """Callers repeat each call until it is acknowledged, then once more. Returns calls, kills, seconds."""
    numbers, began, calls = iter(range(MESSAGES)), time.monotonic(), [0] * CALLERS
    lock = threading.Lock()

    def caller(place: int) -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            while not call(one, path, number):
                calls[place] += 1
                time.sleep(0.2)
            call(one, path, number)
            calls[place] += 2

    callers = [threading.Thread(target=caller, args=(place,)) for place in range(CALLERS)]
    for thread in callers:
        thread.start()
    kills = shoot(one, callers)
    for thread in callers:
        thread.join(600)
    return sum(calls), kills, time.monotonic() - began


def shoot(one: Company, callers: list[threading.Thread]) -> int:
    dice, hits = random.Random(7), 0
    shots = ["worker"] * WORKER_KILLS + ["postgres"] * SERVER_KILLS + ["valkey"] * SERVER_KILLS
    dice.shuffle(shots)
    for part in shots:
        if not any(thread.is_alive() for thread in callers) and not one.value(WAITING):
            break
        hits += one.shoot_when_alive(part)
        time.sleep(dice.uniform(0.3, 1.5))
    return hits


def call(one: Company, path: str, number: int) -> bool:
    person = f"person{number % PEOPLE}@example.com"
    told = {"type": "message", "id": f"m{number}", "from": {"email": person}, "text": f"Message {number}"}
    body, headers = signed(f"call-{number}", told)
    where = urlsplit(one.url)
    line = HTTPConnection(where.hostname or "", where.port, timeout=20)
    try:
        line.request("POST", path, body, headers)
        return line.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        line.close()
