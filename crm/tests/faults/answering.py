"""Runs inside the company under fire: a colleague writes to single customers while a campaign goes out."""

import time

from channels.consent.models import Purpose
from channels.direct import services
from channels.models import Channel
from channels.sandbox.models import SandboxMessage
from crm.accounts.models import User
from customers.models import Customer

PATIENCE = 60.0


def answer(number: int) -> list[float]:
    """Seconds from a colleague's click to the customer's mailbox, for each of so many messages."""
    by, channel = User.objects.get(username="admin"), Channel.objects.get(connector="sandbox_smtp")
    return sorted(_answer(one, channel, by) for one in Customer.objects.order_by("-pk")[:number])


def _answer(customer: Customer, channel: Channel, by: User) -> float:
    began, subject = time.monotonic(), f"An answer to {customer.pk}"
    thread = services.Thread(is_answer=True)
    services.write(
        customer, channel, purpose=Purpose.SERVICE, subject=subject, body="Hello", by=by, thread=thread
    )
    while not SandboxMessage.objects.filter(recipient=customer.email, subject=subject).exists():
        if time.monotonic() - began > PATIENCE:
            raise RuntimeError("The answer never arrived.")
        time.sleep(0.02)
    return time.monotonic() - began
