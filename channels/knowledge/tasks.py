from celery import shared_task

from channels.knowledge import reminding


@shared_task(name="knowledge.remind")
def remind() -> None:
    reminding.remind()
