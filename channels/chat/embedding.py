"""What a website puts on its pages to offer a chat or a form, and where to try it before."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape

from channels.models import Channel


@dataclass(frozen=True)
class Embedding:
    lines: str
    page: str


def of(channel: Channel) -> Embedding | None:
    """None for channels that no website carries."""
    if channel.connector == "chat":
        address = settings.PUBLIC_URL + reverse("chat:script", args=[channel.token])
        return Embedding(
            f'<script src="{address}" async></script>', reverse("chat:demo", args=[channel.token])
        )
    if channel.connector == "webform":
        page = reverse("forms:form", args=[channel.token])
        title = escape(str(channel.config.get("title_en", "")))
        frame = (
            f'<iframe src="{settings.PUBLIC_URL}{page}" title="{title}" width="100%" height="760"></iframe>'
        )
        return Embedding(frame, page)
    return None
