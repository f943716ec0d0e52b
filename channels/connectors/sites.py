"""Addresses of websites that may show something of ours."""

import re
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _


def origin_of(line: str) -> str:
    """As browsers write it. Every address of a site is as good as its first page's."""
    try:
        parts = urlsplit(line)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.-]+", host):
        raise forms.ValidationError(_("“%(line)s” is no address of a website.") % {"line": line[:80]})
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")
