from celery import shared_task

from channels.offers import codes


@shared_task(name="offers.make_codes")
def make_codes(offer_pk: int) -> None:
    codes.make_waiting(offer_pk)


@shared_task(name="offers.sweep")
def sweep() -> None:
    codes.sweep()
