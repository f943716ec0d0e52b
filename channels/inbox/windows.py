"""Whom we may still answer freely where a provider closes the door some time after they wrote."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from channels.inbox.models import Message
from channels.models import Channel

Direction = Message.Direction


def heard_lately(channel: Channel, window: timedelta, replies: int | None, at: datetime) -> Exists:
    """A condition on customers."""
    heard = Message.objects.filter(
        channel=channel, direction=Direction.IN, is_automatic=False, at__gt=at - window
    )
    if replies is not None:
        since = Message.objects.filter(
            conversation=OuterRef("conversation"),
            channel=channel,
            direction=Direction.OUT,
            pk__gt=OuterRef("pk"),
            failed="",
        ).exclude(data__has_key="template")
        heard = heard.exclude(Exists(since.order_by()[replies - 1 : replies]))
    return Exists(heard.filter(conversation__customer=OuterRef("pk")))
