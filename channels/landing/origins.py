"""Where a visitor came from: marks of the link, our own link's token, or the page before. No cookies."""

import re
from dataclasses import asdict, dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from channels.campaigns import marking, tracking
from channels.campaigns.models import Campaign

NUMBERED = re.compile(r"([1-9]\d{0,8})(?:-|$)")
LONGEST = {"source": 60, "medium": 40, "label": 100}


@dataclass(frozen=True)
class Came:
    """It travels in the signed form, so that what is sent says where its sender came from."""

    source: str = ""
    medium: str = ""
    label: str = ""
    campaign: int | None = None
    variant: str = "A"

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        return cls(**{name: kept[name] for name in cls.__dataclass_fields__ if name in kept})

    @property
    def kept(self) -> dict[str, Any]:
        return asdict(self)


def of(request: HttpRequest, variant: str) -> Came:
    source, medium, label = (_word(request, name) for name in ("source", "medium", "campaign"))
    if followed := tracking.campaign_of(request.GET.get(marking.TRACE, "")):
        campaign = Campaign.objects.select_related("channel").get(pk=followed)
        label = label or f"{campaign.pk}-{campaign.name}"[: LONGEST["label"]]
        return Came(source or marking.SOURCE, medium or campaign.channel.kind, label, followed, variant)
    if not (source or medium or label):
        return Came(_page_before(request), variant=variant)
    return Came(source, medium, label, _named(source, label), variant)


def _word(request: HttpRequest, name: str) -> str:
    limit = LONGEST["label" if name == "campaign" else name]
    return _plain(request.GET.get(f"utm_{name}", ""))[:limit]


def _plain(said: str) -> str:
    """Nothing that a database or a screen stumbles over."""
    text = "".join(sign if sign.isprintable() else " " for sign in said)
    return " ".join(text.split()).encode("utf-8", "replace").decode()


def _named(source: str, label: str) -> int | None:
    """The campaign whose marks our own links carry."""
    found = NUMBERED.match(label) if source == marking.SOURCE else None
    return int(found[1]) if found and Campaign.objects.filter(pk=int(found[1])).exists() else None


def _page_before(request: HttpRequest) -> str:
    """The other site's name, and nothing of what somebody did there."""
    try:
        host = _plain(urlsplit(request.headers.get("Referer", "")[:500]).hostname or "")
    except ValueError:  # such as brackets that do not close
        return ""
    ours = {urlsplit(settings.PUBLIC_URL).hostname, request.get_host().partition(":")[0]}
    return "" if host in ours else host.removeprefix("www.")[: LONGEST["source"]]
