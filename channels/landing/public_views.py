"""Landing pages as everybody sees them: made here, without a script and without cookies."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from channels.campaigns.public_views import visit_of
from channels.chat.widget import language_in
from channels.consent import texts
from channels.consent.models import Purpose
from channels.inbound import services as inbound
from channels.landing import answering, counting, origins, pictures, services
from channels.landing.answering import LandingForm
from channels.landing.models import LandingPage
from channels.landing.origins import Came
from crm.lib.limits import address_of, limit

LOOKS, SENDINGS = 120, 20
# Marks a page that was shown before, in its other language.
SEEN = "seen"


@login_not_required
@csrf_exempt  # there is no session to borrow; the stamp says that the page is ours
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    shown = _shown(request, slug)
    sends = request.method == "POST"
    if limit(request, "landing-sending" if sends else "landing", SENDINGS if sends else LOOKS):
        return render(request, "mail/slow.html", status=429)
    language = language_in(request)
    with translation.override(language):
        if sends:
            return _send(request, shown, language)
        came = origins.of(request, _variant(shown))
        if request.method == "GET" and shown.published_at and SEEN not in request.GET:
            counting.visited(shown, came, visit_of(request))
        return _page(request, shown, LandingForm(shown, language), came)


@login_not_required
@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    shown = _shown(request, slug)
    with translation.override(language_in(request)):
        words = shown.words("thanks") or _("Thank you. We have got it.")
        return render(request, "landing/thanks.html", {"page": shown, "words": words})


@login_not_required
@require_safe
def picture(request: HttpRequest, slug: str) -> HttpResponse:
    shown = _shown(request, slug)
    if not shown.picture:
        raise Http404
    return pictures.answer(shown)


def _shown(request: HttpRequest, slug: str) -> LandingPage:
    """A draft is seen by colleagues only."""
    found = get_object_or_404(LandingPage, slug=slug)
    if not found.published_at and not (request.user.is_authenticated and request.user.may("landing", "view")):
        raise Http404
    return found


def _in(language: str, asked: QueryDict) -> str:
    """The same page in another language, which is no further visit."""
    query = asked.copy()
    query["lang"], query[SEEN] = language, "1"
    return query.urlencode()


def _variant(shown: LandingPage) -> str:
    return secrets.choice("AB") if shown.has_test else "A"


def _send(request: HttpRequest, shown: LandingPage, language: str) -> HttpResponse:
    made = LandingForm(shown, language, request.POST)
    stamp = answering.read_stamp(request.POST.get("stamp", ""))
    came = stamp[1] if stamp else Came()
    why = _why_not(shown, made, request.POST.get("stamp", ""), is_ours=stamp is not None)
    if stamp is None or why or not made.is_valid():
        return _page(request, shown, made, came, why)
    if not made.is_trapped:
        raw = made.raw(stamp[0], came, _evidence(request, shown))
        inbound.take_now(services.channel(), raw, str(stamp[0]))
    if shown.redirect_url:
        return HttpResponseRedirect(shown.redirect_url)
    return redirect(f"{reverse('landing-public:thanks', args=[shown.slug])}?lang={language}")


def _why_not(shown: LandingPage, made: LandingForm, stamp: str, *, is_ours: bool) -> str:
    if not shown.published_at:
        return _("This is a draft. Nothing was sent.")
    if not made.is_valid():
        return ""
    if not is_ours:
        return _("This page was open for too long. Please send it once more.")
    if answering.is_quick(stamp):
        return _("That was quick. Please look once more at what you wrote and send it again.")
    return ""


def _evidence(request: HttpRequest, shown: LandingPage) -> dict[str, Any]:
    agent = request.headers.get("User-Agent", "")[:200]
    return {"form": shown.name, "page": shown.pk, "address": address_of(request), "agent": agent}


def _page(
    request: HttpRequest, shown: LandingPage, made: LandingForm, came: Came, why: str = ""
) -> HttpResponse:
    text = texts.current().get(Purpose.MARKETING) if shown.asks_consent else None
    languages = [(code, f"?{_in(code, request.GET)}") for code, _name in settings.LANGUAGES]
    context = {
        "page": shown,
        "heading": shown.heading(came.variant),
        "text": shown.words("text"),
        "button": shown.words("button") or _("Send"),
        "form": made,
        "why": why,
        "stamp": answering.new_stamp(came),
        "consent_text": text.text if text else "",
        "language": made.language,
        "languages": languages,
    }
    response = render(request, "landing/page.html", context, status=422 if made.is_bound else 200)
    # What stands in the address, such as the token of a link, is told to nobody else.
    response["Referrer-Policy"] = "same-origin"
    if shown.redirect_url:
        there = urlsplit(shown.redirect_url)
        sites = ["'self'", f"{there.scheme}://{there.netloc}"]
        response._csp_replace = {"form-action": sites}  # type: ignore[attr-defined]
    return response
