"""Pages and their parts: one view answers a whole page or, to htmx, the part that changed."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part; going back in the browser's history needs the whole page."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.history_restore_request


def render_part(
    request: HttpRequest, template: str, part: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """The partial `part` of `template` for htmx, with waiting messages as toasts; else the whole page."""
    asked = wants_part(request)
    response = render(request, f"{template}#{part}" if asked else template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return add_messages(request, response) if asked else response


def no_content(request: HttpRequest) -> HttpResponse:
    """Nothing to swap, only waiting messages to show."""
    return add_messages(request, HttpResponse(status=204))


def add_messages(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Moves waiting Django messages into the answer, where toasts.js shows them."""
    for message in get_messages(request):
        add_toast(response, str(message), level=message.level_tag)
    return response


def add_toast(response: HttpResponse, text: str, *, level: str = "info") -> HttpResponse:
    """Shows `text` in a corner of the page once htmx has the answer. Levels are those of Django messages."""
    events: dict[str, Any] = json.loads(response.headers.get("HX-Trigger", "{}"))
    events.setdefault("toast", {"toasts": []})["toasts"].append({"text": text, "level": level})
    # Header values must be ASCII, and json.dumps escapes everything else.
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
