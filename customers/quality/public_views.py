"""The page on which customers look over their own data, without an account. Looking changes nothing."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_http_methods

from crm.lib.errors import Refused
from crm.lib.limits import limit
from customers.models import Customer
from customers.quality import asking, services
from customers.quality.forms import OwnDataForm

LOOKS, ANSWERS = 60, 12


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def refresh(request: HttpRequest, token: str) -> HttpResponse:
    if limit(request, "refresh", ANSWERS if request.method == "POST" else LOOKS):
        return render(request, "mail/slow.html", status=429)
    asked = asking.refresh_of(token)
    if asked is None:
        return render(request, "mail/nowhere.html")
    with translation.override(language_of(request, asked.customer)):
        form = OwnDataForm(request.POST or None, customer=asked.customer)
        if request.method != "POST" or not form.is_valid():
            return _page(request, form, status=422 if request.method == "POST" else 200)
        said = {} if request.POST.get("right") else form.changes()
        try:
            services.answer(asked, said)
        except Refused:
            return render(request, "mail/nowhere.html")
        return render(request, "mail/refreshed.html", {"verifies": "email" in said})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a button; only pressing it confirms: mail scanners open everything."""
    if limit(request, "refresh", ANSWERS if request.method == "POST" else LOOKS):
        return render(request, "mail/slow.html", status=429)
    proposal = asking.proposal_of(token)
    if proposal is None:
        return render(request, "mail/nowhere.html")
    with translation.override(language_of(request, proposal.refresh.customer)):
        if request.method == "POST":
            services.verify(proposal)
        return render(request, "mail/verify.html", {"is_done": request.method == "POST"})


def language_of(request: HttpRequest, customer: Customer) -> str:
    asked, known = request.GET.get("lang", ""), dict(settings.LANGUAGES)
    return next((one for one in (asked, customer.language) if one in known), settings.LANGUAGE_CODE)


def _page(request: HttpRequest, form: OwnDataForm, *, status: int) -> HttpResponse:
    context = {"form": form, "languages": settings.LANGUAGES, "language": translation.get_language()}
    response = render(request, "mail/refresh.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    return response
