"""A mail shown in a frame of ours: it may not act, nor fetch anything but its own pictures."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse

# Its links open in a page of their own.
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self' data:{hosts}; "
    "style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'"
)
SOURCE = re.compile(r'<img src="(https?://[^"]+)"')
HOST = re.compile(r"[a-z0-9.-]+(:\d+)?")


def answer(html: str) -> HttpResponse:
    """Pictures of ours are asked for where the page was: PUBLIC_URL may have another name here."""
    html = html.replace(f'<img src="{settings.PUBLIC_URL}/', '<img src="/')
    response = HttpResponse(html)
    response["Content-Security-Policy"] = POLICY.format(hosts=_hosts(html))
    return response


def _hosts(html: str) -> str:
    """Where its other pictures are."""
    parts = (urlsplit(address) for address in SOURCE.findall(html))
    hosts = {f"{one.scheme}://{one.netloc.lower()}" for one in parts if HOST.fullmatch(one.netloc.lower())}
    return "".join(f" {host}" for host in sorted(hosts))
