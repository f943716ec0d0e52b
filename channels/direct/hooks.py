"""What features above add to single messages, registered in `AppConfig.ready()`:

    hooks.on_settled(tell_the_conversation)
    hooks.forbid(outside_the_window, WINDOW, _("…"))

A rule is asked when a message is written and again at the moment of sending; it answers with one of its
codes, or nothing if the message may go. Who is told of a settled message is called in the transaction that
settles it.
"""

from collections.abc import Callable

from django.utils.functional import Promise

from channels.direct.models import DirectMessage

Rule = Callable[[DirectMessage], str]
Hook = Callable[[DirectMessage], None]
_rules: list[Rule] = []
_hooks: list[Hook] = []
words: dict[str, str | Promise] = {}


def forbid(rule: Rule, reasons: dict[str, str | Promise]) -> None:
    _rules.append(rule)
    words.update(reasons)


def on_settled(hook: Hook) -> None:
    """Called after a message was accepted, left out or given up, and when nobody knows."""
    _hooks.append(hook)


def objection(message: DirectMessage) -> str:
    return next((code for rule in _rules if (code := rule(message))), "")


def settled(message: DirectMessage) -> None:
    """Says what became of the message, as its row tells."""
    if _hooks:
        message.refresh_from_db(
            fields=["state", "reason", "provider_id", "sent_at", "address", "due_at", "attempts"]
        )
    for hook in _hooks:
        hook(message)
