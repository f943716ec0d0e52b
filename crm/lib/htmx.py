"""Pages and their parts: one view answers a whole page or, to htmx, the part that changed."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme


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
        add_toast(response, str(message), level=message.level_tag, undo=message.extra_tags or "")
    return response


def offer_undo(request: HttpRequest, text: str, url: str) -> None:
    """A message with an Undo button that POSTs to `url`, whose view answers with `done`."""
    messages.success(request, text, extra_tags=url)


def done(request: HttpRequest, url: str) -> HttpResponse:
    """After a POST that may come from any page, such as Undo: htmx shows that page anew, a browser `url`."""
    if wants_part(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect(url)


def add_event(response: HttpResponse, name: str) -> HttpResponse:
    """Tells the page behind the request that something happened; parts listen by hx-trigger."""
    events: dict[str, Any] = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps({**events, name: {}})
    return response


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that a form was sent from, else the address named `otherwise`."""
    back = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if ours else reverse(otherwise)


def add_toast(response: HttpResponse, text: str, *, level: str = "info", undo: str = "") -> HttpResponse:
    """Shows `text` in a corner of the page once htmx has the answer. Levels are those of Django messages."""
    events: dict[str, Any] = json.loads(response.headers.get("HX-Trigger", "{}"))
    toast = {"text": text, "level": level} | ({"undo": undo} if undo else {})
    events.setdefault("toast", {"toasts": []})["toasts"].append(toast)
    # Header values must be ASCII, and json.dumps escapes everything else.
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
