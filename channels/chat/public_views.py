"""What the chat widget asks. Everything a visitor may see hangs on their signed token."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_GET

from channels.chat import embedding, services, visitors, widget
from channels.chat.forms import ContactForm, MessageForm, RatingForm, ReadForm, SetupForm
from channels.chat.script import small
from channels.chat.sites import open_to_sites, visitor_of
from channels.chat.visitors import Visitor
from channels.chat.widget import language_in
from channels.inbox.models import Enclosure
from channels.live import hub, reading, streaming
from channels.live.hub import Stream
from channels.live.readers import Reader
from channels.live.reading import News
from channels.mail import blobs
from channels.models import Channel
from crm.lib.errors import BadInput
from crm.lib.limits import limit

MESSAGES, STREAMS, QUESTIONS = 40, 30, 60
HISTORY = 50
BAD = 400


@login_not_required
@require_GET
def script(request: HttpRequest, token: str) -> HttpResponse:
    """The same for every channel: it finds its own by the address it was loaded from."""
    response = HttpResponse(small(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=600"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@open_to_sites("chat", "POST")
def setup(request: HttpRequest, channel: Channel) -> HttpResponse:
    """Everything the widget needs to begin: how it looks, who it is talking to, what was said before."""
    form = SetupForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=BAD)
    said = form.cleaned_data
    visitor = (
        Visitor.signed_in(channel, said["user"], said["signature"])
        or Visitor.read(channel, said["visitor"])
        or Visitor.new(channel)
    )
    with translation.override(widget.language_of(said["language"])):
        found = reading.since(None)
        answer = {"visitor": visitor.token, "cursor": str(found.cursor), **widget.of(channel)}
        return _json({**answer, **_history(visitor)})


@open_to_sites("chat", "GET", "POST")
def messages(request: HttpRequest, channel: Channel) -> HttpResponse:
    """POST says something; GET asks for what is new, where no stream can be held."""
    visitor = visitor_of(request, channel)
    if request.method == "GET":
        return _news(request, visitor)
    form = MessageForm(request.POST, request.FILES)
    if limit(request, "chat-message", MESSAGES, who=visitor.key):
        return HttpResponse(status=429)
    if not form.is_valid():
        return HttpResponse(status=BAD)
    try:
        services.say(visitor, form.said())
    except BadInput:
        return HttpResponse(status=413)
    return _json({"id": str(form.cleaned_data["id"])})


@open_to_sites("chat", "POST")
def contact(request: HttpRequest, channel: Channel) -> HttpResponse:
    visitor, form = visitor_of(request, channel), ContactForm(request.POST)
    if limit(request, "chat-message", MESSAGES, who=visitor.key):
        return HttpResponse(status=429)
    if not form.is_valid():
        return HttpResponse(status=BAD)
    services.say(visitor, form.said())
    return _json({})


@open_to_sites("chat", "GET")
def stream(request: HttpRequest, channel: Channel) -> HttpResponseBase:
    visitor = visitor_of(request, channel)
    if not streaming.is_possible(request) or hub.is_full():
        return HttpResponse(status=503)
    if limit(request, "chat-stream", STREAMS, who=visitor.key):
        return HttpResponse(status=429)
    made = partial(Stream, frozenset([visitor.topic]), Reader(visitor.topic))
    return streaming.answer(made, streaming.cursor_of(request), partial(_shown, visitor))


@open_to_sites("chat", "POST")
def typing(request: HttpRequest, channel: Channel) -> HttpResponse:
    visitor = visitor_of(request, channel)
    if not limit(request, "chat-typing", QUESTIONS, who=visitor.key):
        services.types(visitor)
    return _json({})


@open_to_sites("chat", "POST")
def marks(request: HttpRequest, channel: Channel) -> HttpResponse:
    """How far the visitor has read."""
    visitor, form = visitor_of(request, channel), ReadForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=BAD)
    if not limit(request, "chat-marks", QUESTIONS, who=visitor.key):
        services.read(visitor, form.cleaned_data["up_to"])
    return _json({})


@open_to_sites("chat", "POST")
def rating(request: HttpRequest, channel: Channel) -> HttpResponse:
    visitor, form = visitor_of(request, channel), RatingForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=BAD)
    if not limit(request, "chat-rating", 5, who=visitor.key):
        services.rate(visitor, form.cleaned_data["stars"], form.cleaned_data["words"])
    return _json({})


@open_to_sites("chat", "GET")
def file(request: HttpRequest, channel: Channel, pk: int) -> HttpResponseBase:
    """Always a download: nothing that somebody sent is shown under our address."""
    visitor = visitor_of(request, channel)
    kept = Enclosure.objects.filter(state=Enclosure.State.KEPT, message__in=visitor.messages())
    one = get_object_or_404(kept, pk=pk)
    try:
        opened = blobs.open_blob(one.digest)
    except FileNotFoundError:
        return HttpResponse(status=404)
    response = FileResponse(opened, as_attachment=True, filename=one.name)
    response["Content-Type"] = "application/octet-stream"
    response["Cache-Control"] = "private, no-store"
    return response


@login_not_required
@require_GET
def demo(request: HttpRequest, token: str) -> HttpResponse:
    """A plain page with the widget on it, to try it before a website carries it."""
    channel = get_object_or_404(Channel.objects.enabled(), token=token, connector="chat")
    with translation.override(language_in(request)):
        context = {"channel": channel, "languages": settings.LANGUAGES, "embedding": embedding.of(channel)}
        return render(request, "chat/demo.html", context)


def _news(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    if limit(request, "chat-news", QUESTIONS, who=visitor.key):
        return HttpResponse(status=429)
    cursor = streaming.cursor_of(request)
    found = reading.since(cursor, [visitor.topic])
    answer = {"cursor": str(found.cursor), "reset": found.is_broken or cursor is None}
    return _json({**answer, "news": _shown(visitor, found.news)})


def _history(visitor: Visitor) -> dict[str, Any]:
    names = bool(visitor.channel.config.get("shows_names"))
    last = visitor.messages().order_by("-pk").values("pk")[:HISTORY]
    said = visitors.shown(visitor.messages().filter(pk__in=last).order_by("pk"), names)
    conversation = visitor.conversation() if said else None
    return {"messages": said, "is_closed": conversation is not None and conversation.status == "closed"}


def _shown(visitor: Visitor, news: tuple[News, ...]) -> list[dict[str, Any]]:
    """News with what they are about. What is no longer there is left out."""
    wanted = [one.data["message"] for one in news if one.kind == "message"]
    rows = visitor.messages().filter(pk__in=wanted) if wanted else visitor.messages().none()
    found = {one["id"]: one for one in visitors.shown(rows, bool(visitor.channel.config.get("shows_names")))}
    told: list[dict[str, Any]] = []
    for one in news:
        if one.kind != "message":
            told.append({"kind": one.kind})
        elif one.data["message"] in found:
            told.append({"kind": "message", "message": found[one.data["message"]]})
    return told


def _json(answer: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(answer)
    response["Cache-Control"] = "no-store"
    return response
