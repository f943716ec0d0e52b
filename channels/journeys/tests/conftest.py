from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels import factories
from channels.campaigns.tests.conftest import Sink, sink
from channels.journeys import services
from channels.journeys.models import Journey, empty_design
from channels.journeys.plan import Design
from channels.models import Channel
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role

__all__ = ["sink"]


@pytest.fixture
def marketer() -> User:
    return user(Role.MARKETING)


@pytest.fixture
def channel() -> Channel:
    return factories.channel()


@pytest.fixture
def reached(sink: Sink) -> Channel:
    """A channel whose mail server answers."""
    config = {"host": "127.0.0.1", "port": sink.port, "security": "none", "from_address": "a@example.com"}
    return factories.channel(connector="smtp", config=config)


def design(*nodes: dict[str, Any], trigger: str = "registered", **fields: Any) -> Design:
    last = max((one["id"] for one in _all(nodes)), default=0)
    trigger_of = fields.pop("trigger_of", {"kind": trigger})
    return empty_design() | {"nodes": list(nodes), "last": last, "trigger": trigger_of} | fields


def _all(nodes: Any) -> list[dict[str, Any]]:
    found = []
    for node in nodes:
        found.append(node)
        for branch in node.get("branches", {}).values():
            found += _all(branch)
    return found


def wait(number: int, days: int = 1) -> dict[str, Any]:
    return {"id": number, "kind": "wait", "mode": "for", "number": days, "unit": "days"}


def tag(number: int, text: str) -> dict[str, Any]:
    return {"id": number, "kind": "tag", "tag": text, "takes_away": False}


def message(number: int, channel: Channel, text: str = "Dear {{ name }}", **fields: Any) -> dict[str, Any]:
    settings = {"channel": channel.pk, "purpose": "marketing", "subject": "News", "body": text}
    return {"id": number, "kind": "message"} | settings | fields


def has_tag(number: int, text: str, yes: list[Any], no: list[Any]) -> dict[str, Any]:
    rule = {"match": "all", "rules": [{"fact": "profile.tags", "op": "any_of", "value": [text]}]}
    return {
        "id": number,
        "kind": "condition",
        "title": text,
        "rule": rule,
        "branches": {"yes": yes, "no": no},
    }


def journey(drawn: Design, by: User, *, on: bool = True) -> Journey:
    made = Journey.objects.create(name="Welcome", created_by=by, design=drawn)
    if on:
        services.switch_on(made, by=by)
        made.refresh_from_db()
    return made


def later(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)
