"""Versions: looked at, submitted, decided about, taken up again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels.campaigns.templating import services, sheet
from channels.campaigns.templating.design import LANGUAGES
from channels.campaigns.templating.forms import DecisionForm
from channels.campaigns.templating.models import Version
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput


@require_GET
@needs("template", "view")
def version(request: UserRequest, pk: int, number: int) -> HttpResponse:
    found = _version(request, pk, number)
    language = sheet.language_of(request, found.design)
    states = Version.State
    context = {
        "template": found.template,
        "version": found,
        "language": language,
        "languages": [(code, LANGUAGES[code]) for code in found.design["languages"]],
        "cards": sheet.cards(found.design["languages"][language], ()),
        "may": sheet.may(request.user, found.template),
        "may_decide": services.may_decide(found, request.user),
        "may_submit": request.user.may("template", "edit") and found.state in (states.SAVED, states.REJECTED),
        "is_newest": not found.template.versions.filter(number__gt=number).exists(),
        "is_drawn": found.design == found.template.design,
    }
    return render(request, "templating/version.html", context)


@require_POST
@needs("template", "edit")
def submission(request: UserRequest, pk: int, number: int) -> HttpResponse:
    services.submit(_version(request, pk, number, "edit"), by=request.user)
    messages.success(request, _("It waits for the approval of a colleague now."))
    return redirect("templating:version", pk, number)


@require_POST
@needs("template", "approve")
def decision(request: UserRequest, pk: int, number: int) -> HttpResponse:
    found = _version(request, pk, number, "approve")
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("The remark is too long."))
    services.decide(found, by=request.user, **form.cleaned_data)
    done = _("The version is approved.") if form.cleaned_data["approve"] else _("It went back to its author.")
    messages.success(request, done)
    return redirect("templating:version", pk, number)


@require_POST
@needs("template", "edit")
def restoration(request: UserRequest, pk: int, number: int) -> HttpResponse:
    services.restore(_version(request, pk, number, "edit"), by=request.user)
    messages.success(request, _("You go on from version %(number)d now.") % {"number": number})
    return redirect("templating:detail", pk)


def _version(request: UserRequest, pk: int, number: int, action: str = "view") -> Version:
    rows = Version.objects.visible_to(request.user, action).filter(template=pk, number=number)
    found = rows.values_list("pk", flat=True).first()
    return get_visible(rows.select_related("template", "saved_by", "decided_by"), found or 0)
