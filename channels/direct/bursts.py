"""Many messages that wait for one channel go over one line, one after the other.

A journey may write to a hundred thousand customers in a minute. A nudge and a line for each would fill the
queue that colleagues' answers go through, and most of the time would go into signing in.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping

from channels import services as channels
from channels.connectors.base import Outcome, Retry
from channels.direct import sending
from channels.direct.models import DirectMessage
from channels.models import Channel

# Up to so many go one by one: nobody waits for the others then.
FEW = 20
MOST = 1000
# Seconds. Then a colleague's answer may have the worker.
TURN = 5.0
# One mailbox that says "later" speaks for itself; so many in a row speak for the provider.
REFUSALS = 3


def sorted_out(waiting: Iterable[DirectMessage]) -> tuple[list[int], list[int]]:
    """Messages to be sent one by one, and channels over which so many wait that they take turns."""
    of_channel: Mapping[int, list[int]] = defaultdict(list)
    for message in waiting:
        of_channel[message.channel_id].append(message.pk)
    few = [pk for pks in of_channel.values() if len(pks) <= FEW for pk in pks]
    return few, [channel for channel, pks in of_channel.items() if len(pks) > FEW]


def send(channel_pk: int, seconds: float = TURN) -> bool:
    """What waits for a channel, until the time is up or its provider asks for patience. Any number of lines
    may do so at once. True where some of them are left that may go now."""
    channel = Channel.objects.get(pk=channel_pk)
    waiting = DirectMessage.objects.due().filter(channel=channel).order_by("due_at")
    pks = list(waiting.values_list("pk", flat=True)[:MOST])
    may_be_more = len(pks) == MOST
    end = time.monotonic() + seconds
    latest: list[Outcome] = []
    with channels.open_session(channel) as session:
        while pks and time.monotonic() < end and not _must_wait(latest):
            if outcome := sending.send_over(session, pks.pop(0)):
                latest = [*latest, outcome][-REFUSALS:]
    if latest:
        channels.note_outcome(channel, latest[-1])
    return bool(pks or may_be_more) and not _must_wait(latest)


def _must_wait(latest: list[Outcome]) -> bool:
    refusals = [outcome for outcome in latest if isinstance(outcome, Retry)]
    return len(refusals) == REFUSALS or any(outcome.channel_down for outcome in refusals)
