"""Marks in links by which a website's own statistics know a campaign (utm_source and its sisters)."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings

from channels.campaigns import arms
from channels.campaigns.models import Campaign

SOURCE = "crm"
# The token of a followed link, on pages of our own: it says which campaign led there.
TRACE = "via"


def marked(url: str, campaign: Campaign, arm: int | None) -> str:
    """The address with the campaign's marks, where it wants any; marks that its author wrote stay."""
    if not campaign.marks_links:
        return url
    marks = {
        "utm_source": SOURCE,
        "utm_medium": campaign.channel.kind,
        "utm_campaign": f"{campaign.pk}-{campaign.name}",
        "utm_content": arms.letter(arms.variant_of(arm)),
    }
    parts = urlsplit(url)
    written = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    added = urlencode({name: value for name, value in marks.items() if name not in written})
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, added)))))


def traced(url: str, token: str) -> str:
    """Our own pages are told which link led there; nobody else is."""
    if not url.startswith(f"{settings.PUBLIC_URL}/"):
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, f"{TRACE}={token}")))))
