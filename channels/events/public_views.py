"""What guests reach without an account: the event's page, their own ticket, the calendar file."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from channels.consent import texts
from channels.consent.models import Purpose
from channels.events import confirming, links, registering, showing
from channels.events.forms import RegisterForm, age_of, new_stamp
from channels.events.models import Event
from crm.lib.errors import Refused
from crm.lib.limits import address_of, limit

LOOKS, SENDINGS = 120, 20


@login_not_required
@csrf_exempt  # the stamp says that the page is ours, and there is no session to misuse
@require_http_methods(["GET", "POST"])
def event(request: HttpRequest, token: str) -> HttpResponse:
    sends = request.method == "POST"
    if limit(request, "event-sending" if sends else "event", SENDINGS if sends else LOOKS):
        return render(request, "mail/slow.html", status=429)
    found = links.event_in(token)
    if found is None:
        return render(request, "mail/nowhere.html")
    language = _language(request)
    with translation.override(language):
        form = RegisterForm(request.POST if sends else None)
        why = _trouble(form) if sends else ""
        if sends and form.is_valid() and not why:
            why = _take(request, found, form, language)
            if not why:
                return redirect(reverse("gatherings:thanks", args=[token]) + f"?lang={language}")
        return _private(_page(request, found, form, why, language))


@login_not_required
@require_GET
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Says the same to everybody: whether somebody was registered before is nobody else's business."""
    if limit(request, "event", LOOKS):
        return render(request, "mail/slow.html", status=429)
    found = links.event_in(token)
    if found is None:
        return render(request, "mail/nowhere.html")
    with translation.override(_language(request)):
        return render(request, "events/thanks.html", {"event": found, "when": confirming.when(found)})


@login_not_required
@csrf_exempt  # the signed link is the proof; mail programs open it without cookies
@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing; the buttons cancel the seat, or confirm that offers may be sent."""
    if limit(request, "event", LOOKS):
        return render(request, "mail/slow.html", status=429)
    found = links.registration_in(token)
    if found is None:
        return render(request, "mail/nowhere.html")
    with translation.override(found.language or _language(request)):
        why = ""
        if "cancel" in request.POST:
            why = _cancelled(found)
        elif "news" in request.POST:
            registering.grant_news(found, _evidence(request))
        if request.method == "POST":
            found.refresh_from_db()
        context = {
            "registration": found,
            "event": found.event,
            "when": confirming.when(found.event),
            "square": showing.square(links.door_of(found)),
            "calendar": reverse("gatherings:calendar", args=[token]),
            "why": why,
            "asks_news": registering.asks_news(found),
        }
        return _private(render(request, "events/ticket.html", context))


@login_not_required
@require_GET
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    if limit(request, "event", LOOKS):
        return render(request, "mail/slow.html", status=429)
    found = links.registration_in(token)
    if found is None:
        return render(request, "mail/nowhere.html")
    with translation.override(found.language or _language(request)):
        text = confirming.calendar(found)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="event.ics"'
    return _private(response)


def _trouble(form: RegisterForm) -> str:
    if not form.is_valid():
        return ""
    age = age_of(form.cleaned_data["stamp"])
    if age == "old":
        return _("This page was open for too long. Please send it once more.")
    if age == "quick":
        return _("That was quick. Please look once more at what you wrote and send it again.")
    return ""


def _take(request: HttpRequest, found: Event, form: RegisterForm, language: str) -> str:
    """Why there is no registration; empty if there is one, or if a machine fell into the trap."""
    if form.is_trapped:
        return ""
    wants = found.asks_consent and form.cleaned_data["consent"]
    guest = form.guest(language=language, wants_news=wants, evidence=_evidence(request) if wants else {})
    try:
        registering.register(found, guest)
    except Refused as no:
        return str(no)
    return ""


def _cancelled(found: Any) -> str:
    try:
        registering.cancel(found)
    except Refused as no:
        return str(no)
    return ""


def _page(request: HttpRequest, found: Event, form: RegisterForm, why: str, language: str) -> HttpResponse:
    text = texts.current().get(Purpose.MARKETING) if found.asks_consent else None
    context = {
        "event": found,
        "when": confirming.when(found),
        "form": form,
        "why": why,
        "stamp": new_stamp(),
        "consent_text": text.text if text else "",
        "language": language,
        "languages": settings.LANGUAGES,
    }
    return render(request, "events/page.html", context, status=422 if form.is_bound else 200)


def _evidence(request: HttpRequest) -> dict[str, Any]:
    return {"address": address_of(request), "agent": request.headers.get("User-Agent", "")[:200]}


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


def _private(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
