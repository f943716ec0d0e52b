"""What administrators ask for: subscribe, change, rotate the secret, send again."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels import secrets
from channels.webhooks import events, signing, tasks
from channels.webhooks.models import Delivery, Subscription
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused

# For so long the former secret signs as well, while receivers change theirs.
OVERLAP = timedelta(hours=24)


@transaction.atomic
def create(subscription: Subscription, *, by: User) -> str:
    """Returns the secret, which is shown this once."""
    secret = signing.new_secret()
    subscription.secret, subscription.created_by = secrets.seal({"secret": secret}), by
    subscription.save(force_insert=True)
    audit.record("webhook.created", subscription, by=by, events=subscription.events)
    return secret


@transaction.atomic
def change(subscription: Subscription, *, by: User) -> None:
    subscription.save(update_fields=["name", "url", "events", "enabled"])
    audit.record(
        "webhook.changed", subscription, by=by, events=subscription.events, enabled=subscription.enabled
    )
    _wake(subscription)


@transaction.atomic
def rotate(subscription: Subscription, *, by: User) -> str:
    """A new secret; the present one goes on signing beside it for a day."""
    here = Subscription.objects.select_for_update().get(pk=subscription.pk)
    secret = signing.new_secret()
    here.former_secret, here.former_until = here.secret, timezone.now() + OVERLAP
    here.secret = secrets.seal({"secret": secret})
    here.save(update_fields=["secret", "former_secret", "former_until"])
    audit.record("webhook.rotated", subscription, by=by)
    return secret


@transaction.atomic
def delete(subscription: Subscription, *, by: User) -> None:
    audit.record("webhook.deleted", subscription, by=by)
    subscription.delete()


@transaction.atomic
def redeliver(delivery: Delivery, *, by: User) -> None:
    """Sends once more, with the same id and the same bytes."""
    here = Delivery.objects.filter(pk=delivery.pk).exclude(state=Delivery.State.WAITING)
    if not here.update(state=Delivery.State.WAITING, attempts=0, due_at=timezone.now()):
        raise Refused(_("This event is already on its way."))
    audit.record("webhook.redelivered", delivery, by=by)
    _wake(delivery.subscription)


@transaction.atomic
def ping(subscription: Subscription, *, by: User) -> None:
    """A harmless event to this address only, to see whether it listens."""
    events.ping(subscription)
    audit.record("webhook.pinged", subscription, by=by)
    _wake(subscription)


def _wake(subscription: Subscription) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(rests_until=None)
    transaction.on_commit(lambda: tasks.deliver.delay(subscription.pk))
