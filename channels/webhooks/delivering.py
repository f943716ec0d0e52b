"""Sends what is due. The row is the work: a crash leaves it due again, and receivers know it by its id."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from channels import secrets
from channels.webhooks import signing
from channels.webhooks.models import Attempt, Delivery, Event, Subscription
from channels.webhooks.posting import Answer, CannotPost, post

BATCH = 20
# What one worker takes is its own for so long; nothing it does takes longer.
LEASE = timedelta(minutes=5)
# A batch ends after this, so that slow addresses do not hold a worker.
PATIENCE = 60
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# After the first failure, the second, and so on; then it is given up.
PAUSES = (
    *(timedelta(seconds=5), timedelta(seconds=30), 2 * MINUTE, 10 * MINUTE, 30 * MINUTE),
    *(HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR),
)
LONGEST_REST = 15 * MINUTE
KEPT = timedelta(days=30)
SWEPT = 5000


def deliver(subscription_id: int) -> bool:
    """Sends a batch to one address; whether there is more to send now."""
    subscription = Subscription.objects.ready().filter(pk=subscription_id).first()
    if subscription is None:
        return False
    claimed = _claim(subscription)
    began = time.monotonic()
    for place, delivery in enumerate(claimed):
        if not _try(subscription, delivery):
            _rest(subscription, claimed[place + 1 :])
            return False
        if time.monotonic() - began > PATIENCE:
            _release(claimed[place + 1 :], timezone.now())
            break
    if claimed and subscription.failures:
        Subscription.objects.filter(pk=subscription.pk).update(failures=0, rests_until=None)
    return Delivery.objects.due().filter(subscription=subscription).exists()


def sweep() -> list[int]:
    """The addresses for which something is due; drops what is long past."""
    Event.objects.filter(
        pk__in=Event.objects.filter(at__lt=timezone.now() - KEPT).order_by("at").values("pk")[:SWEPT]
    ).delete()
    ready = Subscription.objects.ready().filter(deliveries__in=Delivery.objects.due())
    return list(ready.distinct().values_list("pk", flat=True))


@transaction.atomic
def _claim(subscription: Subscription) -> list[Delivery]:
    due = (
        Delivery.objects.due()
        .filter(subscription=subscription)
        .select_related("event")
        .order_by("due_at", "pk")
    )
    claimed = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    Delivery.objects.filter(pk__in=[one.pk for one in claimed]).update(due_at=timezone.now() + LEASE)
    return claimed


def _try(subscription: Subscription, delivery: Delivery) -> bool:
    event = delivery.event
    body, began = event.body.encode(), time.monotonic()
    answer, problem = None, ""
    try:
        keys = secrets_of(subscription)
        signed = signing.headers(event.name, int(time.time()), body, keys)
        answer = post(subscription.url, signed, body)
    except CannotPost as error:
        problem = error.code
    except secrets.Unreadable:
        problem = "secret"
    milliseconds = round((time.monotonic() - began) * 1000)
    is_fine = answer is not None and answer.is_fine
    _note(delivery, answer, problem, milliseconds, is_fine=is_fine)
    return is_fine


@transaction.atomic
def _note(
    delivery: Delivery, answer: Answer | None, problem: str, milliseconds: int, *, is_fine: bool
) -> None:
    Attempt.objects.create(
        delivery=delivery,
        status=answer.status if answer else None,
        problem=problem,
        milliseconds=milliseconds,
        answer=answer.text if answer and not is_fine else "",
    )
    mine = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, state=Delivery.State.WAITING)
    attempts = delivery.attempts + 1
    if is_fine:
        mine.update(state=Delivery.State.DONE, attempts=attempts)
    elif attempts > len(PAUSES):
        mine.update(state=Delivery.State.DEAD, attempts=attempts)
    else:
        mine.update(attempts=attempts, due_at=timezone.now() + PAUSES[attempts - 1])


def _rest(subscription: Subscription, untried: Sequence[Delivery]) -> None:
    """What fails once will most likely fail again at once: the address is left alone for a while."""
    pause = min(PAUSES[min(subscription.failures, len(PAUSES) - 1)], LONGEST_REST)
    until = timezone.now() + pause
    Subscription.objects.filter(pk=subscription.pk).update(failures=F("failures") + 1, rests_until=until)
    _release(untried, until)


def _release(untried: Sequence[Delivery], due_at: datetime) -> None:
    Delivery.objects.filter(pk__in=[one.pk for one in untried], state=Delivery.State.WAITING).update(
        due_at=due_at
    )


def secrets_of(subscription: Subscription) -> list[str]:
    """The secrets that are valid now, the new one first."""
    sealed = [subscription.secret]
    if subscription.former_until and subscription.former_until > timezone.now():
        sealed.append(subscription.former_secret)
    return [secrets.unseal(one)["secret"] for one in sealed]
