"""The tracked link of a post on one account, and what it leads to: the marks say which network it was."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from channels.campaigns.tracking import MACHINE, Visit
from channels.social.models import Posting
from crm.lib.links import Links

LINKS = Links("channels.social", {"click": b"s"})


def of(posting: Posting) -> str:
    if not posting.post.link:
        return ""
    return settings.PUBLIC_URL + reverse("social-public:click", args=[LINKS.make("click", posting.key)])


def followed(token: str, visit: Visit | None) -> str | None:
    """Where it leads; None for a link we did not make. Only people are counted."""
    read = LINKS.read("click", token)
    rows = Posting.objects.select_related("post", "channel").filter(key=read[0]) if read else None
    posting = rows.first() if rows is not None else None
    if posting is None or not posting.post.link:
        return None
    if visit and visit.agent and not visit.is_prefetch and not MACHINE.search(visit.agent):
        Posting.objects.filter(pk=posting.pk).update(clicks=F("clicks") + 1)
    return _marked(posting)


def _marked(posting: Posting) -> str:
    network = str(posting.channel.config.get("network", "social"))
    marks = {"utm_source": network, "utm_medium": "social", "utm_campaign": f"post-{posting.post_id}"}
    parts = urlsplit(posting.post.link)
    written = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    added = urlencode({name: value for name, value in marks.items() if name not in written})
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, added)))))
