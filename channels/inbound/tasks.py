"""Wake up, hand over: what is due stands in the database."""

from celery import shared_task

from channels.inbound import fetching, ingesting, storing
from channels.inbox import media


@shared_task(name="inbound.ingest")
def ingest(event_id: int) -> None:
    ingesting.ingest(event_id)


@shared_task(name="inbound.drain", expires=30)
def drain() -> None:
    ingesting.drain()


@shared_task(name="inbound.fetch")
def fetch() -> None:
    for channel_id in fetching.due():
        fetch_one.delay(channel_id)


@shared_task(name="inbound.fetch_one", expires=60)
def fetch_one(channel_id: int) -> None:
    if fetching.fetch(channel_id):
        drain.delay()


@shared_task(name="inbound.sweep_media")
def sweep_media() -> None:
    for enclosure_id in media.due():
        fetch_media.delay(enclosure_id)


@shared_task(name="inbound.fetch_media", expires=120)
def fetch_media(enclosure_id: int) -> None:
    media.fetch(enclosure_id)


@shared_task(name="inbound.sweep_blobs")
def sweep_blobs() -> None:
    media.sweep_blobs()


@shared_task(name="inbound.mark_old")
def mark_old() -> None:
    storing.mark_old()


@shared_task(name="inbound.forget_old")
def forget_old() -> None:
    storing.forget_old()
