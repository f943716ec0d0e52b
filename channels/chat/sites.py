"""Which pages may talk to a chat: exactly those of the websites its settings name, and our own."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from channels.chat.visitors import Visitor
from channels.models import Channel
from crm.lib.limits import limit

View = Callable[..., HttpResponseBase]
# A whole office may sit behind one address.
FROM_ONE_ADDRESS = 900
SCHEME = "Visitor "


class Stranger(Exception):
    """The request brings no token of ours."""


def open_to_sites(connector: str, *methods: str) -> Callable[[View], View]:
    """The view gets the channel. No cookies play a part, so no other site can borrow a visitor's rights."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def guarded(request: HttpRequest, token: str, **parts: int) -> HttpResponseBase:
            channel = Channel.objects.enabled().filter(token=token, connector=connector).first()
            if channel is None:
                return HttpResponse(status=404)
            origin = request.headers.get("Origin", "")
            if origin and not is_allowed(channel, origin, request):
                return HttpResponse(status=403)
            response = _at_once(request, methods)
            if response is None:
                try:
                    response = view(request, channel, **parts)
                except Stranger:
                    response = HttpResponse(status=401)
            return _opened(response, origin, methods)

        return guarded

    return decorate


def is_allowed(channel: Channel, origin: str, request: HttpRequest) -> bool:
    ours = {_origin(settings.PUBLIC_URL), f"{request.scheme}://{request.get_host()}"}
    return origin in ours or origin in str(channel.config.get("origins", "")).split()


def visitor_of(request: HttpRequest, channel: Channel) -> Visitor:
    said = request.headers.get("Authorization", "")
    visitor = Visitor.read(channel, said.removeprefix(SCHEME)) if said.startswith(SCHEME) else None
    if visitor is None:
        raise Stranger
    return visitor


def _at_once(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponseBase | None:
    """The answer to what needs no visitor; None for what does."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    if request.method not in methods:
        return HttpResponse(status=405)
    if limit(request, "chat", FROM_ONE_ADDRESS):
        return HttpResponse(status=429)
    return None


def _opened(response: HttpResponseBase, origin: str, methods: tuple[str, ...]) -> HttpResponseBase:
    if origin:
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Methods"] = ", ".join(methods)
        response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Last-Event-ID"
        response["Access-Control-Max-Age"] = "7200"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Referrer-Policy"] = "no-referrer"
    patch_vary_headers(response, ("Origin",))
    return response


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
