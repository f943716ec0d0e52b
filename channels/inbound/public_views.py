"""The address that providers call. Who may is decided by the signature; nobody else learns anything here."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from channels import services as channels
from channels.connectors.arriving import Request
from channels.connectors.registry import NoSuchConnector
from channels.inbound import services
from channels.models import Channel
from channels.secrets import Unreadable
from crm.lib.limits import limit

PER_MINUTE = 6000


@login_not_required
@csrf_exempt  # the signature is the permission
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, token: str) -> HttpResponse:
    """Whatever goes wrong on our side is a 5xx: the provider comes again."""
    try:
        channel = Channel.objects.filter(token=token).first()
        if channel is None or not channels.connector_of(channel).caps.pushes:
            return HttpResponse(status=404)
        if limit(request, "inbound", PER_MINUTE, who=token):
            return HttpResponse(status=429, headers={"Retry-After": "10"})
        raw = _body(request, channels.connector_of(channel).caps.largest_call or settings.INBOUND_MAX_BYTES)
        if raw is None:
            return HttpResponse(status=413)
        answer = services.take(channel, _as_called(request, raw))
    except (DatabaseError, Unreadable, NoSuchConnector):
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    except UnreadablePostError:
        return HttpResponse(status=400)
    return HttpResponse(answer.body, content_type=answer.content_type, status=answer.status)


def _body(request: HttpRequest, most: int) -> bytes | None:
    """The bytes as they came; None for too many. Django's own limit is for the forms of our pages."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal() or int(length) > most:
        return None
    raw = request.read(most + 1)
    return raw if len(raw) <= most else None


def _as_called(request: HttpRequest, raw: bytes) -> Request:
    query = request.META.get("QUERY_STRING", "")
    return Request(
        method=request.method or "",
        url=request.build_absolute_uri(),
        # A call without a body says all it has to say in its address.
        raw=raw if request.method == "POST" else query.encode(),
        headers={name.lower(): value for name, value in request.headers.items()},
        query={name: request.GET.get(name, "") for name in request.GET},
    )
