from celery import shared_task

from channels.chat import opting


@shared_task(name="chat.sweep")
def sweep() -> None:
    opting.sweep()
