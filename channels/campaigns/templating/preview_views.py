"""A template as a customer would read it, in a frame and in the mailbox of whoever asks."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from channels.campaigns import audience, framing, reasons
from channels.campaigns.placeholders import Person
from channels.campaigns.templating import proving, sheet, trying
from channels.campaigns.templating.design import LANGUAGES, Design
from channels.campaigns.templating.designed import Designed
from channels.campaigns.templating.forms import PreviewForm
from channels.campaigns.templating.models import Template, Version
from channels.campaigns.templating.views import get_template
from channels.connectors.base import CannotRender
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import Refused
from crm.lib.htmx import render_part
from crm.lib.limits import limit
from customers import search
from customers.models import Customer

CHOICES, TRIALS_PER_MINUTE = 8, 10


@require_GET
@needs("template", "view")
def preview(request: UserRequest, pk: int) -> HttpResponse:
    """As any customer, in each language, on a telephone and on a desk."""
    template = get_template(request, pk)
    asked = PreviewForm(request.GET).asked
    drawn = _drawn(request, template, asked)
    language = sheet.language_of(request, drawn)
    visible = Customer.objects.visible_to(request.user).select_related("rollup")
    chosen = visible.filter(pk=asked["customer"]).first() if asked.get("customer") else None
    context = {
        "template": template,
        "language": language,
        "languages": [(code, LANGUAGES[code]) for code in drawn["languages"]],
        "version": asked.get("version"),
        "customers": search.find(visible, asked["q"], CHOICES) if asked.get("q") else [],
        "chosen": chosen,
        "q": asked.get("q", ""),
        "may_try": request.user.may("template", "edit") and template.is_mail,
        "to": request.user.email,
        **_draft(template, drawn, chosen, language),
    }
    return render_part(request, "templating/preview.html", "part", context)


@require_GET
@needs("template", "view")
@xframe_options_sameorigin
def mail(request: UserRequest, pk: int) -> HttpResponse:
    """What stands in the frame."""
    template = get_template(request, pk)
    asked = PreviewForm(request.GET).asked
    drawn = _drawn(request, template, asked)
    visible = Customer.objects.visible_to(request.user).select_related("rollup")
    customer = get_visible(visible, asked["customer"]) if asked.get("customer") else None
    found = _draft(template, drawn, customer, sheet.language_of(request, drawn))
    return framing.answer(found["draft"].html if "draft" in found else escape(found["problem"]))


@require_POST
@needs("template", "edit")
def trial(request: UserRequest, pk: int) -> HttpResponse:
    """Sends it to oneself, as the chosen customer or somebody who has everything would get it."""
    template = get_template(request, pk, "edit")
    if limit(request, "trial", TRIALS_PER_MINUTE, who=str(request.user.pk)):
        raise Refused(_("That were many tests. Please wait a minute."))
    asked = PreviewForm(request.POST).asked
    drawn = _drawn(request, template, asked)
    visible = Customer.objects.visible_to(request.user).select_related("rollup")
    customer = get_visible(visible, asked["customer"]) if asked.get("customer") else None
    language = asked.get("language") or sheet.language_of(request, drawn)
    trying.send(template, drawn, language, _person(drawn, customer, language), to=request.user)
    messages.success(request, _("A test is on its way to %(address)s.") % {"address": request.user.email})
    return redirect("templating:preview", pk)


def _drawn(request: UserRequest, template: Template, asked: dict[str, Any]) -> Design:
    """What is being worked on, or the version that is asked for."""
    if not asked.get("version"):
        return dict(template.design)
    rows = Version.objects.visible_to(request.user).filter(template=template, number=asked["version"])
    found = rows.values_list("design", flat=True).first()
    if found is None:
        raise Http404
    return dict(found)


def _person(drawn: Design, customer: Customer | None, language: str) -> Person:
    if customer is None:
        return proving.sample(language)
    return audience.person_of(customer, Designed(drawn).segments)


def _draft(template: Template, drawn: Design, customer: Customer | None, language: str) -> dict[str, Any]:
    """The message, or why there can be none."""
    try:
        person = _person(drawn, customer, language)
        return {"draft": proving.draft(drawn, person, language, is_mail=template.is_mail)}
    except CannotRender as problem:
        return {"problem": reasons.words(problem.code)}
