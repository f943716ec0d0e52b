"""What came of campaigns: one by itself, and one beside the other."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from channels.campaigns import came_of, costs, figures, measuring, proof, services
from channels.campaigns.forms import WinnerForm
from channels.campaigns.models import Campaign, Variant, WayOutcome
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import Refused
from crm.lib.htmx import render_part
from crm.lib.paging import keyset


@require_GET
@needs("campaign", "view")
def results(request: UserRequest, pk: int) -> HttpResponse:
    """When people opened and clicked, where they went, what they bought, and what they would have anyway."""
    counted = Exists(WayOutcome.objects.filter(campaign=OuterRef("pk")))
    tried = Exists(Variant.objects.filter(campaign=OuterRef("pk")))
    rows = Campaign.objects.visible_to(request.user)
    rows = rows.annotate(was_counted_by_channel=counted, has_variants=tried)
    campaign: Any = get_visible(rows, pk)
    outcomes = list(campaign.outcomes.all())
    context = {
        "campaign": campaign,
        "chart": figures.engagement(campaign),
        "clicks": figures.link_clicks(campaign),
        "came": came_of.of(campaign, request.user),
        "sales": figures.sales_of(campaign),
        "proof": proof.proof_of(outcomes),
        "channels": costs.rows_of(campaign) if campaign.was_counted_by_channel else [],
        "variants": proof.variants_of(campaign, outcomes) if campaign.has_variants else [],
        "may": {action: request.user.may("campaign", action) for action in ("edit", "send")},
        **shown(),
    }
    return render_part(request, "campaigns/results.html", "part", context)


@require_GET
@needs("campaign", "view")
def comparison(request: UserRequest) -> HttpResponse:
    """Campaigns that went out, the newest first, each with what it brought."""
    sent = Campaign.objects.visible_to(request.user).exclude(planned_at=None)
    page = keyset(
        sent.prefetch_related("outcomes", "way_outcomes"), "-created_at", request.GET.get("cursor", "")
    )
    rows = [_compared(one) for one in page.rows]
    return render_part(
        request, "campaigns/comparison.html", "results", {"page": page, "rows": rows, **shown()}
    )


@require_POST
@needs("campaign", "send")
def winner(request: UserRequest, pk: int) -> HttpResponse:
    """Ends a test before its time."""
    campaign = get_visible(Campaign.objects.visible_to(request.user, "send"), pk)
    form = WinnerForm(request.POST, campaign=campaign)
    if not form.is_valid():
        raise Refused(form.problem)
    services.choose_winner(campaign, form.cleaned_data["number"], by=request.user)
    return redirect("campaigns:detail", pk)


@require_POST
@needs("campaign", "edit")
def measurement(request: UserRequest, pk: int) -> HttpResponse:
    """Has the figures counted again."""
    campaign = get_visible(Campaign.objects.visible_to(request.user, "edit"), pk)
    measuring.forget(campaign)
    return redirect("campaigns:results", pk)


def _compared(campaign: Campaign) -> tuple[Campaign, proof.Whole, float, float]:
    """What it brought, what its messages cost, and what is left of the revenue after that."""
    whole = proof.whole_of(list(campaign.outcomes.all()))
    cost = float(costs.total(list(campaign.way_outcomes.all())))
    return campaign, whole, cost, whole.revenue - cost


def shown() -> dict[str, Any]:
    return {"currency": settings.DEFAULT_CURRENCY}
