from celery import shared_task

from channels.direct import sending


@shared_task(name="direct.send")
def send(message_id: int) -> None:
    sending.send(message_id)


@shared_task(name="direct.sweep")
def sweep() -> None:
    for message_id in sending.sweep():
        send.delay(message_id)
