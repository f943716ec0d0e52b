"""Web forms: a page of ours that needs no script, alone or in a frame of the websites its settings name."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from channels.chat import opting
from channels.chat.web_forms import WebForm, new_stamp, read_stamp
from channels.chat.widget import language_in
from channels.consent import texts
from channels.consent.models import Purpose
from channels.inbound import services as inbound
from channels.models import Channel
from crm.lib.limits import address_of, limit

LOOKS, SENDINGS = 120, 20


@login_not_required
@csrf_exempt  # a frame gets no cookies; the stamp says that the page is ours
@xframe_options_exempt  # the policy names who may frame it
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, token: str) -> HttpResponse:
    channel = get_object_or_404(Channel.objects.enabled(), token=token, connector="webform")
    sends = request.method == "POST"
    if limit(request, "form-sending" if sends else "form", SENDINGS if sends else LOOKS):
        return render(request, "mail/slow.html", status=429)
    language = language_in(request)
    with translation.override(language):
        made = WebForm(channel, language, request.POST if sends else None)
        number, why = _checked(made) if sends else (None, "")
        if number is None:
            return _framed(_page(request, channel, made, why), channel)
        if not made.is_trapped:
            _take(request, channel, made, number)
    thanks = reverse("forms:thanks", args=[token])
    return _framed(redirect(f"{thanks}?lang={language}"), channel)


@login_not_required
@xframe_options_exempt
@require_http_methods(["GET"])
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    channel = get_object_or_404(Channel.objects.enabled(), token=token, connector="webform")
    with translation.override(language_in(request)):
        words = _words(channel, "thanks") or _("Thank you. We have got it and will answer soon.")
        return _framed(render(request, "chat/thanks.html", {"words": words}), channel)


@login_not_required
@csrf_exempt  # the signed link is the proof; mail programs open it without cookies
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Programs that look behind links press no buttons: only the button confirms."""
    if limit(request, "form", LOOKS):
        return render(request, "mail/slow.html", status=429)
    opt_in = opting.find(token)
    if opt_in is None:
        return render(request, "mail/nowhere.html")
    chosen = opt_in.customer.language
    language = chosen if chosen in dict(settings.LANGUAGES) else language_in(request)
    with translation.override(language):
        if request.method == "POST":
            opting.confirm(opt_in, _evidence(request))
            opt_in.refresh_from_db()
        response = render(request, "chat/confirm.html", {"opt_in": opt_in})
    response["Referrer-Policy"] = "no-referrer"
    return response


def _checked(made: WebForm) -> tuple[UUID | None, str]:
    """The number of what is sent, or why it has to be sent once more."""
    if not made.is_valid():
        return None, ""
    number, is_quick = read_stamp(made.cleaned_data["stamp"])
    if number is None:
        return None, _("This page was open for too long. Please send it once more.")
    if is_quick:
        return None, _("That was quick. Please look once more at what you wrote and send it again.")
    return number, ""


def _take(request: HttpRequest, channel: Channel, made: WebForm, number: UUID) -> None:
    page = request.headers.get("Referer", "").partition("?")[0][:300]
    raw = made.raw(number, _words(channel, "title"), page)
    message = inbound.take_now(channel, raw, str(number))
    if message and made.cleaned_data.get("consent") and made.cleaned_data.get("email"):
        evidence = {**_evidence(request), "form": _words(channel, "title"), "channel": channel.pk}
        talk = message.conversation
        email = made.cleaned_data["email"]
        opting.ask(talk.customer, email, evidence, channel=talk.channel, conversation=talk)


def _evidence(request: HttpRequest) -> dict[str, Any]:
    return {"address": address_of(request), "agent": request.headers.get("User-Agent", "")[:200]}


def _page(request: HttpRequest, channel: Channel, made: WebForm, why: str) -> HttpResponse:
    text = texts.current().get(Purpose.MARKETING) if "consent" in made.fields else None
    context = {
        "form": made,
        "title": _words(channel, "title"),
        "intro": _words(channel, "intro"),
        "why": why,
        "stamp": new_stamp(),
        "consent_text": text.text if text else "",
        "language": made.language,
        "languages": settings.LANGUAGES,
    }
    return render(request, "chat/form.html", context, status=422 if made.is_bound else 200)


def _words(channel: Channel, name: str) -> str:
    end = "zh" if (translation.get_language() or "").startswith("zh") else "en"
    return str(channel.config.get(f"{name}_{end}", ""))


def _framed(response: HttpResponse, channel: Channel) -> HttpResponse:
    sites = str(channel.config.get("origins", "")).split()
    response._csp_replace = {"frame-ancestors": ["'self'", *sites]}  # type: ignore[attr-defined]
    return response
