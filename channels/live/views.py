"""What open pages of colleagues ask: news as a stream, news by asking, and what they say of themselves."""

from functools import partial

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.live import presence, reading, services, streaming, topics
from channels.live.forms import AbsenceForm, TypingForm
from channels.live.hub import Stream, looked_at
from channels.live.models import Absence
from channels.live.readers import Reader
from crm.accounts.http import UserRequest, needs
from crm.lib.htmx import render_part
from crm.lib.limits import limit

MOST_TOPICS = 60
OPENINGS, QUESTIONS, TYPINGS = 60, 120, 120


@require_GET
@needs("conversation", "view")
def stream(request: UserRequest) -> HttpResponseBase:
    """Each topic is asked for; those the reader may not see are left out."""
    if not streaming.is_possible(request):
        return HttpResponse(status=204)  # tells browsers not to come back
    if limit(request, "live-stream", OPENINGS, who=str(request.user.pk)):
        return HttpResponse(status=429)
    user, session = request.user.pk, request.session.session_key or ""
    reader = Reader(f"user:{user}", user, session)
    made = partial(Stream, frozenset(_topics(request)), reader)
    return streaming.answer(made, streaming.cursor_of(request))


@require_GET
@needs("conversation", "view")
def news(request: UserRequest) -> HttpResponse:
    """The same news and the same cursor, for where no stream can be held."""
    if limit(request, "live-news", QUESTIONS, who=str(request.user.pk)):
        return HttpResponse(status=429)
    wanted = _topics(request)
    cursor = streaming.cursor_of(request)
    found = reading.since(cursor, wanted)
    presence.come(request.user.pk, () if request.GET.get("hidden") else looked_at(wanted))
    answer = {
        "cursor": str(found.cursor),
        "reset": found.is_broken or cursor is None,
        "news": streaming.plainly(found.news),
    }
    return JsonResponse(answer)


@require_POST
@needs("conversation", "view")
def typing(request: UserRequest) -> HttpResponse:
    """The reader types something for those who look at this topic."""
    form = TypingForm(request.POST)
    if form.is_valid() and not limit(request, "live-typing", TYPINGS, who=str(request.user.pk)):
        topic = form.cleaned_data["topic"]
        if topic in topics.allowed(request.user, [topic]):
            tell = presence.stops if form.cleaned_data["stopped"] else presence.types
            tell(topic, request.user.pk)
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
@needs("conversation", "view")
def absence(request: UserRequest) -> HttpResponse:
    """Whether one takes work now, in the account's menu."""
    form = AbsenceForm(request.POST)
    if request.method == "POST" and form.is_valid():
        services.set_away(form.cleaned_data["away"], by=request.user)
    own = Absence.objects.filter(user=request.user)  # no customer data
    context = {"is_away": own.exists()}
    return render_part(request, "live/absence.html", "switch", context)


def _topics(request: UserRequest) -> set[str]:
    wanted = request.GET.get("topics", "").split()[:MOST_TOPICS]
    return topics.allowed(request.user, wanted) | {f"user:{request.user.pk}"}
