from collections.abc import Iterable

from celery import shared_task
from django.core.cache import cache

from channels.direct import bursts, sending
from channels.direct.models import DirectMessage


@shared_task(name="direct.send")
def send(message_id: int) -> None:
    sending.send(message_id)


@shared_task(name="direct.send_waiting")
def send_waiting(channel_id: int) -> None:
    """One at a time for each channel: the other workers are for what people wait for."""
    busy = f"direct.burst.{channel_id}"
    if not cache.add(busy, True, timeout=60):
        return
    try:
        is_more = bursts.send(channel_id)
    finally:
        cache.delete(busy)
    if is_more:
        send_waiting.delay(channel_id)


@shared_task(name="direct.sweep")
def sweep() -> None:
    wake(sending.sweep())


def wake(waiting: Iterable[DirectMessage]) -> None:
    """Should a nudge be lost, the sweep finds what waits."""
    one_by_one, channels = bursts.sorted_out(waiting)
    for message_id in one_by_one:
        send.delay(message_id)
    for channel_id in channels:
        send_waiting.delay(channel_id)
