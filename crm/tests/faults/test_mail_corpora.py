"""Every mail of the public collections through the whole pipeline: none is lost, none breaks anything."""

import resource
from collections import Counter
from collections.abc import Callable

import pytest

from channels import factories, secrets
from channels.inbound import services as inbound
from channels.inbound.models import Event
from channels.inbox.models import Message
from channels.mail import aside
from channels.mail.tests import corpora

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.django_db]
MOST_CPU = 10


@corpora.needed
def test_every_mail_is_shown_or_set_aside_with_a_reason(say: Callable[[str], None]) -> None:
    channel = factories.channel(
        connector="mailbox", config={"from_address": "help@shop.test"}, secret=secrets.seal({"password": "x"})
    )
    costs = {}
    for path in corpora.mails():
        aside.stop()  # a new child for each, whose cost is known when it has ended
        before = spent()
        inbound.take_now(channel, path.read_bytes(), str(path))
        aside.stop()
        costs[str(path)] = spent() - before
    events = Event.objects.filter(channel=channel)
    states = Counter(events.values_list("state", flat=True))
    slowest, cost = max(costs.items(), key=lambda one: one[1])
    say(f"{len(costs)} mails: {dict(states)}, {Message.objects.count()} messages")
    say(f"The slowest, {slowest}, costs {cost:.2f} s")
    assert events.count() == len(costs)
    assert not events.filter(state=Event.State.NEW).exists()
    assert not events.filter(reason__startswith="internal").exists()
    assert not events.exclude(state=Event.State.DONE).filter(reason="").exists()
    assert cost < MOST_CPU


def spent() -> float:
    """Seconds of processor of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
