"""Webhooks for tests."""

from itertools import count

from channels import secrets
from channels.webhooks import signing
from channels.webhooks.events import KINDS
from channels.webhooks.models import Subscription

_numbers = count(1)


def subscription(**fields: object) -> Subscription:
    given = {
        "name": f"Webhook {next(_numbers)}",
        "url": "https://receiver.test/events",
        "events": list(KINDS),
        "secret": secrets.seal({"secret": signing.new_secret()}),
        **fields,
    }
    return Subscription.objects.create(**given)
