from celery import shared_task

from channels.letters import sending


@shared_task(name="letters.send")
def send(letter_id: int) -> None:
    sending.send(letter_id)


@shared_task(name="letters.sweep")
def sweep() -> None:
    """Finds letters that wait, and those whose worker died with them in hand."""
    sending.sweep()
