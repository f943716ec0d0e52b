"""The preferences page, which customers open without an account. Looking changes nothing."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels.consent import preferences, texts
from channels.consent.forms import SubjectForm
from channels.consent.models import Purpose
from crm.lib.errors import Refused
from crm.lib.limits import address_of, limit
from crm.lib.templatetags.ui import mask_email
from customers.models import Customer
from customers.privacy import services as privacy
from customers.privacy import wording
from customers.privacy.models import SubjectRequest
from segments.recommending import services as recommending

LOOKS, CHANGES = 60, 12


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    changes = request.method == "POST"
    if limit(request, "preferences", CHANGES if changes else LOOKS):
        return render(request, "mail/slow.html", status=429)
    customer = preferences.customer_of(token)
    if customer is None:
        return render(request, "mail/nowhere.html")
    with translation.override(language_of(request, customer)):
        if not changes:
            return _page(request, token, customer)
        _save(request, customer)
    return redirect("preferences:page", token)


@login_not_required
@require_POST
def request(request: HttpRequest, token: str) -> HttpResponse:
    """A customer asks for their data, or for its end."""
    customer = None if limit(request, "preferences", CHANGES) else preferences.customer_of(token)
    form = SubjectForm(request.POST)
    if customer is None or not form.is_valid():
        return render(request, "mail/nowhere.html")
    with translation.override(language_of(request, customer)):
        fields = form.cleaned_data | {
            "law": wording.law_of(customer),
            "way": SubjectRequest.Way.ONLINE,
            "proof": _("Came by the signed link that was sent to %(address)s")
            % {"address": mask_email(customer.email)},
        }
        try:
            privacy.take_request(customer, fields, by=None)
            messages.success(request, _("We have noted it and will answer in time."))
        except Refused as refused:
            messages.error(request, str(refused))
    return redirect("preferences:page", token)


def language_of(request: HttpRequest, customer: Customer) -> str:
    asked, known = request.GET.get("lang", ""), dict(settings.LANGUAGES)
    return next((one for one in (asked, customer.language) if one in known), settings.LANGUAGE_CODE)


def visit_of(request: HttpRequest) -> preferences.Visit:
    return preferences.Visit(address_of(request), request.headers.get("User-Agent", ""))


def _save(request: HttpRequest, customer: Customer) -> None:
    if wish := request.POST.get("personal"):
        recommending.choose(customer, personal=wish == "yes", by=None)
    elif request.POST.get("all"):
        preferences.stop_all(customer, visit_of(request))
    else:
        shown, ticked = request.POST.getlist("shown"), request.POST.getlist("allowed")
        preferences.save(customer, shown, ticked, visit_of(request))
        preferences.speak(customer, request.POST.get("language", ""))
    messages.success(request, _("It is noted and holds from now on."))


def _page(request: HttpRequest, token: str, customer: Customer) -> HttpResponse:
    rows = preferences.rows(customer)
    current = texts.current()
    context = {
        "token": token,
        "language": translation.get_language(),
        "languages": settings.LANGUAGES,
        "purposes": [(label, current.get(purpose)) for purpose, label in Purpose.choices],
        "rows": [(row, [(preferences.name_of(cell), cell) for cell in row.cells]) for row in rows],
        "form": SubjectForm(label_suffix=""),
        "is_personal": recommending.declined(customer) is None,
    }
    response = render(request, "mail/preferences.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response
