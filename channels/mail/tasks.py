from celery import shared_task

from channels.mail import loops


@shared_task(name="mail.sweep")
def sweep() -> None:
    loops.sweep()
