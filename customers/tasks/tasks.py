from celery import shared_task

from customers.tasks import contacts, reminding


@shared_task(name="tasks.remind")
def remind() -> None:
    reminding.sweep()


@shared_task(name="tasks.read_contacts", soft_time_limit=240)
def read_contacts() -> None:
    contacts.sweep()
