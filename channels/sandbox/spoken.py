"""What played customers told WeCom's customer service, until it is fetched."""

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from channels.sandbox.models import Spoken
from channels.sandbox.provider_side import Synced

AT_ONCE = 100
# WeCom itself keeps them no longer.
KEPT = timedelta(days=3)


def wait(account: str, speaker: str, said: dict[str, Any]) -> None:
    Spoken.objects.create(account=account[:64], speaker=speaker[:254], said=said)


def synced(asked: Synced) -> dict[str, Any]:
    """The answer to who fetches; while the database is away, that they should come back."""
    try:
        Spoken.objects.filter(at__lt=timezone.now() - KEPT).delete()
        waiting = Spoken.objects.filter(account=asked.account, pk__gt=asked.position)
        rows = list(waiting.order_by("pk")[:AT_ONCE])
    except DatabaseError:
        connection.close()
        return {"errcode": -1, "errmsg": "system busy"}
    position = rows[-1].pk if rows else asked.position
    return {
        "errcode": 0,
        "errmsg": "ok",
        "next_cursor": str(position),
        "has_more": int(len(rows) == AT_ONCE),
        "msg_list": [one.said for one in rows],
    }
