"""Tells open pages that something changed: numbers and states only, nothing of what was said."""

from channels.inbox.hooks import Change, What
from channels.live import publishing

# What changes what a list shows, not only the conversation itself.
LISTED = frozenset(What) - {What.DELIVERED, What.NOTED}


def tell_pages(change: Change) -> None:
    conversation = change.conversation
    data: dict[str, int | str] = {"what": change.what.value}
    if change.message is not None and change.message.pk:
        data["message"] = change.message.pk
    publishing.publish(f"conversation:{conversation.pk}", "changed", data)
    if change.what in LISTED:
        publishing.publish("inbox", "changed")
    people = {conversation.assignee_id, change.data.get("before"), *change.data.get("mentioned", [])}
    for pk in sorted(one for one in people if one):
        publishing.publish(
            f"user:{pk}", "inbox", {"conversation": conversation.pk, "what": change.what.value}
        )
