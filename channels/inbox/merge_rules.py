"""Conversations of customers that are joined: both go on, but only one of them is the customer's main one."""

from typing import Any

from channels.inbox.models import Conversation
from customers.merging import rules
from customers.merging.rules import Joining, Parting, Rule


def register() -> None:
    rules.register(Rule("inbox.conversation", join=join, part=part))


def join(joining: Joining) -> list[Any]:
    """What could not move because both have an open main conversation: the survivor's stays the main one."""
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    beside = rows.filter(customer=joining.absorbed, is_main=True).open()
    pks = list(beside.values_list("pk", flat=True))
    Conversation.objects.filter(pk__in=pks).update(customer=joining.survivor, is_main=False)
    return pks


def part(parting: Parting) -> None:
    """What came over goes home, and is the main one again unless another began there meanwhile."""
    holders = [one.pk for one in parting.holders]
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    mains = Conversation.objects.open().filter(customer=parting.absorbed, is_main=True)
    for one in rows.filter(pk__in=parting.rows, customer__in=holders).order_by("-pk"):
        one.is_main = one.merged_into_id is None and not mains.exists()
        one.customer = parting.absorbed
        one.save(update_fields=["customer", "is_main"])
