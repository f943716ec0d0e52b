"""What belongs to a campaign's channels: how long a text is, how a template reads, whom none reached."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from channels.campaigns import lengths, missed
from channels.campaigns.forms import DeliveryFilter
from channels.campaigns.models import Campaign
from channels.campaigns.way_forms import ApprovedForm, LengthForm
from crm.accounts.http import UserRequest, get_visible, needs


@require_POST
@needs("campaign", "create")
def length(request: UserRequest, place: int) -> HttpResponse:
    """How a provider counts the text that is being written, with the colleague's own name in it."""
    form = LengthForm(request.POST, place=place)
    context = {"counted": lengths.count(form.typed(), request.user)}
    return render(request, "campaigns/_length.html", context)


@require_POST
@needs("campaign", "create")
def approved(request: UserRequest, place: int) -> HttpResponse:
    """A provider's template with its blanks as far as they are filled."""
    form = ApprovedForm(request.POST, prefix=f"way{place}")
    return render(request, "campaigns/_approved.html", {"shown": form.shown()})


@require_POST
@needs("campaign", "edit")
def missed_segment(request: UserRequest, pk: int) -> HttpResponse:
    """A segment of those who did not get it, or of some of them as the list of deliveries is narrowed."""
    campaign = get_visible(Campaign.objects.visible_to(request.user, "edit"), pk)
    filters = DeliveryFilter(request.POST)
    rows = missed.missed(campaign).visible_to(request.user)
    if filters.is_valid():
        rows = filters.apply(rows)
    made = missed.collect(rows, campaign, by=request.user)
    messages.success(request, _("The segment “%(name)s” was made.") % {"name": made.name})
    return redirect("segments:detail", made.pk)
