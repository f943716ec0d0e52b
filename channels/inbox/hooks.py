"""What other features do when something happens in a conversation, registered in `AppConfig.ready()`:

    hooks.on_change(start_clocks)

Each is called inside the transaction that changes the conversation, while its row is locked, in the order of
`order`. What is to happen outside (a push, a task) it starts with `transaction.on_commit`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from channels.inbox.models import Conversation, Message
from crm.accounts.models import User


class What(StrEnum):
    OPENED = "opened"  # the first message of the customer follows as RECEIVED
    RECEIVED = "received"
    REPLIED = "replied"  # written down; it leaves some seconds later
    WITHDRAWN = "withdrawn"  # a reply was taken back before it left
    DELIVERED = "delivered"  # news of how far a reply got
    NOTED = "noted"
    ASSIGNED = "assigned"
    CHANGED = "changed"  # priority, tags, subject, whose it is
    SNOOZED = "snoozed"
    WOKEN = "woken"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"
    SPLIT = "split"


@dataclass(frozen=True)
class Change:
    conversation: Conversation
    what: What
    message: Message | None = None
    by: User | None = None
    data: dict[str, Any] = field(default_factory=dict)


Hook = Callable[[Change], None]
_hooks: list[tuple[int, Hook]] = []


def on_change(hook: Hook, *, order: int = 100) -> None:
    _hooks.append((order, hook))
    _hooks.sort(key=lambda one: one[0])


def tell(change: Change) -> None:
    for _order, hook in _hooks:
        hook(change)
