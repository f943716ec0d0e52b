"""What every provider says, a hundred times at the same moment, is what it says once."""

from pathlib import Path

import pytest
from django.core.management import call_command

from channels import factories, secrets
from channels.connectors import registry
from channels.connectors.arriving import Record
from channels.connectors.tests.callers import CALLERS, Caller, now
from channels.inbound import ingesting, storing
from channels.inbound.models import Event
from channels.inbound.tests.test_at_once import at_once, figures
from channels.models import Channel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]
TIMES = 100
SAID = [
    (caller, path)
    for caller in CALLERS
    for path in caller.files()
    if not path.name.endswith(".expected.json")
]


@pytest.mark.parametrize(
    ("caller", "path"), SAID, ids=[f"{caller.name}-{path.stem}" for caller, path in SAID]
)
def test_a_hundred_at_once_are_one(caller: Caller, path: Path) -> None:
    replay(account(caller), caller, path.read_bytes(), 1)
    once = figures()
    call_command("flush", interactive=False, verbosity=0)
    replay(account(caller), caller, path.read_bytes(), TIMES)
    assert figures() == once
    assert not Event.objects.filter(state="parked").exists()


def account(caller: Caller) -> Channel:
    kind = registry.get(caller.key).kind
    return factories.channel(
        connector=caller.key, kind=kind, config=dict(caller.config), secret=secrets.seal(dict(caller.secret))
    )


def replay(channel: Channel, caller: Caller, raw: bytes, times: int) -> None:
    """Each call is signed anew, a second apart, as providers do that were not answered."""
    connector, begun = registry.get(caller.key), now()

    def call(number: int) -> None:
        request = caller.call(raw, caller.secret, begun - number % 30)
        assert connector.verify(request, channel.config, caller.secret) == ""
        key = connector.key_of(request, channel.config, caller.secret)
        if pk := storing.insert(channel, Record(key, request.raw)):
            ingesting.ingest(pk)

    at_once(call, times)
    ingesting.drain()
