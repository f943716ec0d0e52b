"""The variants of a campaign that is still being written, and how they are tried."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels.campaigns import arms, services
from channels.campaigns.forms import TestForm, VariantForm
from channels.campaigns.message import lettered
from channels.campaigns.models import Campaign
from channels.campaigns.placeholders import FIELDS
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import Refused


@require_http_methods(["GET", "POST"])
@needs("campaign", "edit")
def variants(request: UserRequest, pk: int) -> HttpResponse:
    """All wordings, and who tries them."""
    campaign = _draft(request, pk)
    form = TestForm(request.POST or None, instance=campaign)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The test was saved."))
        return redirect("campaigns:variants", pk)
    rows = lettered(campaign)
    context = {"campaign": campaign, "form": form, "rows": rows, "may_add": len(rows) < arms.MOST_VARIANTS}
    return render(
        request, "campaigns/variants.html", context, status=422 if request.method == "POST" else 200
    )


@require_http_methods(["GET", "POST"])
@needs("campaign", "edit")
def variant_new(request: UserRequest, pk: int) -> HttpResponse:
    campaign = _draft(request, pk)
    initial = {"subject": campaign.subject, "body": campaign.body, "version": campaign.version_id}
    return _write(request, campaign, VariantForm(request.POST or None, initial=initial))


@require_http_methods(["GET", "POST"])
@needs("campaign", "edit")
def variant(request: UserRequest, pk: int, number: int) -> HttpResponse:
    campaign = _draft(request, pk)
    found = get_visible(campaign.variants.all(), _key(campaign, number))
    return _write(request, campaign, VariantForm(request.POST or None, instance=found))


@require_POST
@needs("campaign", "edit")
def variant_deletion(request: UserRequest, pk: int, number: int) -> HttpResponse:
    campaign = _draft(request, pk)
    services.drop_variant(get_visible(campaign.variants.all(), _key(campaign, number)))
    messages.success(request, _("The variant was deleted."))
    return redirect("campaigns:variants", pk)


def _draft(request: UserRequest, pk: int) -> Campaign:
    campaign = get_visible(Campaign.objects.visible_to(request.user, "edit"), pk)
    if not campaign.is_draft:
        raise Refused(_("This campaign was already launched and can no longer be changed."))
    return campaign


def _key(campaign: Campaign, number: int) -> int:
    return campaign.variants.filter(number=number).values_list("pk", flat=True).first() or 0


@transaction.atomic
def _write(request: UserRequest, campaign: Campaign, form: VariantForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        services.keep_variant(campaign, form.save(commit=False))
        messages.success(request, _("The variant was saved."))
        return redirect("campaigns:variants", campaign.pk)
    context = {
        "campaign": campaign,
        "form": form,
        "letter": arms.letter(form.instance.number or 2 + campaign.variants.count()),
        "fields": [(f"{{{{ {name} }}}}", label) for name, (label, _value) in FIELDS.items()],
    }
    return render(request, "campaigns/variant.html", context, status=422 if request.method == "POST" else 200)
