"""The campaign list and a campaign's own pages."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.campaigns import audience, costs, figures, framing, reasons, services, ways
from channels.campaigns.carrying import shorts
from channels.campaigns.forms import CampaignFilter, CampaignForm, DeliveryFilter, PersonForm
from channels.campaigns.message import Message, lettered, wording_of, wordings
from channels.campaigns.models import Campaign, Delivery, Variant, Way
from channels.campaigns.placeholders import FIELDS, Person
from channels.campaigns.way_forms import WayFilter, WaysForm, are_valid
from channels.connectors.base import CannotRender
from channels.models import Channel
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib import charts
from crm.lib.errors import Refused
from crm.lib.htmx import render_part
from crm.lib.limits import limit
from crm.lib.paging import keyset
from crm.lib.templatetags.ui import masked
from customers import search
from customers.models import Customer

NAMED, CHOICES, TRIALS_PER_MINUTE = 20, 8, 10


@require_GET
@needs("campaign", "view")
def campaign_list(request: UserRequest) -> HttpResponse:
    filters = CampaignFilter(request.GET)
    rows = Campaign.objects.visible_to(request.user).select_related("segment", "channel")
    rows = filters.apply(rows).prefetch_related("tallies")
    page = keyset(rows, "-created_at", request.GET.get("cursor", ""))
    context = {
        "page": page,
        "rows": [(campaign, figures.progress_of(campaign)) for campaign in page.rows],
        "stages": filters.fields["stage"].choices,  # type: ignore[attr-defined]
        "stage": filters.chosen,
        "may_create": request.user.may("campaign", "create"),
        "may_see_templates": request.user.may("template", "view"),
    }
    return render_part(request, "campaigns/list.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("campaign", "create")
def new(request: UserRequest) -> HttpResponse:
    segment = request.GET.get("segment", "")
    initial = {"segment": segment} if segment.isdecimal() and len(segment) < 19 else {}
    form = CampaignForm(
        request.POST or None, user=request.user, initial=initial, instance=Campaign(created_by=request.user)
    )
    return _write(request, form)


@require_http_methods(["GET", "POST"])
@needs("campaign", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    campaign = get_visible(Campaign.objects.visible_to(request.user, "edit"), pk)
    if not campaign.is_draft:
        raise Refused(_("This campaign was already launched and can no longer be changed."))
    return _write(request, CampaignForm(request.POST or None, user=request.user, instance=campaign))


@require_POST
@needs("campaign", "edit")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    drafts = Campaign.objects.visible_to(request.user, "edit").drafts()
    get_visible(Campaign.objects.visible_to(request.user, "edit"), pk)
    if not drafts.filter(pk=pk).delete()[0]:
        raise Refused(_("Only a draft can be deleted. What was sent stays on record."))
    messages.success(request, _("The draft was deleted."))
    return redirect("campaigns:list")


@require_GET
@needs("campaign", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk)
    user = request.user
    context = {
        "campaign": campaign,
        "may": {action: user.may("campaign", action) for action in ("edit", "send")},
        "may_see_templates": user.may("template", "view"),
        **_figures(campaign),
    }
    return render(request, "campaigns/detail.html", context)


@require_GET
@needs("campaign", "view")
def progress(request: UserRequest, pk: int) -> HttpResponse:
    """The figures alone; they ask for themselves again as long as they may move."""
    campaign = _campaign(request, pk)
    return render(request, "campaigns/_progress.html", {"campaign": campaign, **_figures(campaign)})


@require_GET
@needs("campaign", "view")
def audience_preview(request: UserRequest, pk: int) -> HttpResponse:
    """Who would get it now, and why the others would not: the rules are those of sending."""
    campaign = _campaign(request, pk)
    found = audience.reach(campaign, by=request.user)
    held_back = round(found.reachable * campaign.holdout / 100)
    estimates = costs.estimates(campaign, found, by=request.user)
    steps = [charts.Part(str(label), number) for label, number in found.steps]
    context = {
        "campaign": campaign,
        "reach": found,
        "held_back": held_back,
        "ways": [(one, _left_out(one.reach)) for one in found.ways],
        "estimates": estimates,
        "cost": sum(one.money for one in estimates),
        "currency": settings.DEFAULT_CURRENCY,
        "funnel": charts.funnel(_("Who will get it"), steps),
        "left_out": _left_out(found),
    }
    return render_part(request, "campaigns/audience.html", "part", context)


@require_GET
@needs("campaign", "view")
def left_out(request: UserRequest, pk: int, reason: str) -> HttpResponse:
    """Some of those who would be left out for one reason, among the customers one may see."""
    campaign = _campaign(request, pk)
    asked = WayFilter(request.GET)
    found = audience.some(campaign, reason, NAMED, by=request.user, place=asked.place)
    context = {"campaign": campaign, "reason": reasons.words(reason), "customers": found}
    return render_part(request, "campaigns/left_out.html", "names", context)


@require_GET
@needs("campaign", "view")
def deliveries(request: UserRequest, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk)
    filters = DeliveryFilter(request.GET)
    rows = Delivery.objects.visible_to(request.user).filter(campaign=campaign).select_related("customer")
    page = keyset(filters.apply(rows), filters.order, request.GET.get("cursor", ""))
    over = {way.place: way.channel for way in ways.of(campaign)}
    context = {
        "campaign": campaign,
        "page": page,
        "rows": [(row, reasons.words(row.reason), *_reached(row, over)) for row in page.rows],
        "over": over if len(over) > 1 else {},
        "place": filters.cleaned_data.get("way"),
        "tabs": figures.tabs(figures.progress_of(campaign)),
        "state": filters.chosen,
        "reason": reasons.words(filters.cleaned_data.get("reason", "")),
    }
    return render_part(request, "campaigns/deliveries.html", "results", context)


@require_GET
@needs("campaign", "view")
def delivery(request: UserRequest, pk: int, delivery_pk: int) -> HttpResponse:
    """Why one customer did or did not get the message."""
    campaign = _campaign(request, pk)
    rows = Delivery.objects.visible_to(request.user).filter(campaign=campaign).select_related("customer")
    found = get_visible(rows, delivery_pk)
    way = ways.of_delivery(found)
    context = {
        "campaign": campaign,
        "delivery": found,
        "channel": way.channel,
        "address": masked(found.address, way.channel.kind),
        "why": reasons.why(found),
        "reason": reasons.words(found.reason),
        "said": reasons.said_by_provider(found.reason),
        "verdict": reasons.words(audience.verdict_on(campaign, found.customer)),
        "events": found.events.select_related("link").order_by("-at")[:NAMED],
    }
    return render_part(request, "campaigns/delivery.html", "part", context)


@require_GET
@needs("campaign", "view")
def preview(request: UserRequest, pk: int) -> HttpResponse:
    """The message as one customer would see it; `q` looks for another one."""
    campaign = _campaign(request, pk)
    form = PersonForm(request.GET)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    visible = Customer.objects.visible_to(request.user).select_related("rollup")
    if asked.get("q"):
        customers = search.find(visible, asked["q"], CHOICES)
    else:
        customers = list(audience.some(campaign, "", CHOICES, by=request.user))
    chosen = visible.filter(pk=asked["customer"]).first() if asked.get("customer") else None
    chosen = chosen or (customers[0] if customers else None)
    context = {
        "campaign": campaign,
        "customers": customers,
        "chosen": chosen,
        "q": asked.get("q", ""),
        "may_try": request.user.may("campaign", "edit"),
        "to": request.user.email,
    }
    words, over = _words(request.GET, campaign), ways.of(campaign)
    place = min(WayFilter(request.GET).place or 1, len(over))
    context |= {"wordings": lettered(campaign), "number": words.number, "over": over, "place": place}
    context |= _draft(campaign, chosen, words, over[place - 1])
    return render_part(request, "campaigns/preview.html", "part", context)


@require_GET
@needs("campaign", "view")
@xframe_options_sameorigin
def preview_html(request: UserRequest, pk: int, customer_pk: int) -> HttpResponse:
    campaign = _campaign(request, pk)
    customer = get_visible(Customer.objects.visible_to(request.user), customer_pk)
    draft = _draft(campaign, customer, _words(request.GET, campaign))
    return framing.answer(draft["draft"].html if draft.get("draft") else escape(draft["problem"]))


@require_POST
@needs("campaign", "edit")
def trial(request: UserRequest, pk: int) -> HttpResponse:
    """Sends the message to oneself, as the chosen customer or the first reachable one would get it."""
    campaign = get_visible(Campaign.objects.visible_to(request.user, "edit"), pk)
    if limit(request, "trial", TRIALS_PER_MINUTE, who=str(request.user.pk)):
        raise Refused(_("That were many tests. Please wait a minute."))
    form = PersonForm(request.POST)
    chosen = form.cleaned_data.get("customer") if form.is_valid() else None
    customers = (
        Customer.objects.visible_to(request.user).filter(pk=chosen)
        if chosen
        else audience.some(campaign, "", 1, by=request.user)
    )
    customer = next(iter(customers), None)
    words = _words(request.POST, campaign)
    asked = wording_of(words).segments
    person = audience.person_of(customer, asked) if customer else Person(name=str(request.user))
    services.send_trial(campaign, person, to=request.user, words=words)
    messages.success(request, _("A test is on its way to %(address)s.") % {"address": request.user.email})
    return redirect("campaigns:detail", pk)


@require_POST
@needs("campaign", "send")
def launch(request: UserRequest, pk: int) -> HttpResponse:
    campaign = _to_send(request, pk)
    services.launch(campaign, by=request.user)
    campaign.refresh_from_db()
    if campaign.status == Campaign.Status.SCHEDULED:
        messages.success(request, _("The campaign starts by itself."))
    else:
        messages.success(request, _("The campaign is on its way."))
    return redirect("campaigns:detail", pk)


@require_POST
@needs("campaign", "send")
def withdrawal(request: UserRequest, pk: int) -> HttpResponse:
    services.withdraw(_to_send(request, pk), by=request.user)
    messages.success(request, _("The campaign is a draft again."))
    return redirect("campaigns:detail", pk)


@require_POST
@needs("campaign", "send")
def pause(request: UserRequest, pk: int) -> HttpResponse:
    services.pause(_to_send(request, pk), by=request.user)
    messages.success(request, _("The campaign is paused. Nothing more goes out until you resume it."))
    return redirect("campaigns:detail", pk)


@require_POST
@needs("campaign", "send")
def resumption(request: UserRequest, pk: int) -> HttpResponse:
    services.resume(_to_send(request, pk), by=request.user)
    messages.success(request, _("The campaign goes on."))
    return redirect("campaigns:detail", pk)


@require_POST
@needs("campaign", "send")
def cancellation(request: UserRequest, pk: int) -> HttpResponse:
    services.cancel(_to_send(request, pk), by=request.user)
    messages.success(request, _("The campaign was cancelled. What was sent stays sent."))
    return redirect("campaigns:detail", pk)


def _campaign(request: UserRequest, pk: int) -> Campaign:
    rows = Campaign.objects.visible_to(request.user).select_related("segment", "channel", "created_by")
    rows = rows.select_related("version__template")
    return get_visible(ways.noted(rows).prefetch_related("tallies"), pk)


def _to_send(request: UserRequest, pk: int) -> Campaign:
    rows = Campaign.objects.visible_to(request.user, "send").select_related("segment", "channel")
    return get_visible(rows, pk)


def _write(request: UserRequest, form: CampaignForm) -> HttpResponse:
    over = WaysForm(request.POST or None, form.instance)
    if request.method == "POST" and are_valid(form, over):
        campaign = form.save()
        ways.keep(campaign, over.ways)
        messages.success(request, _("The campaign was saved."))
        return redirect("campaigns:detail", campaign.pk)
    context = {
        "form": form,
        "over": over,
        "campaign": form.instance if form.instance.pk else None,
        "fields": [(f"{{{{ {name} }}}}", label) for name, (label, _value) in FIELDS.items()],
    }
    return render(request, "campaigns/edit.html", context, status=422 if request.method == "POST" else 200)


def _figures(campaign: Campaign) -> dict[str, Any]:
    known = figures.progress_of(campaign)
    page = reverse("campaigns:deliveries", args=[campaign.pk])
    links = {
        state: f"{page}?state={state}" if state else page for state, _label, _number in figures.tabs(known)
    }
    return {
        "progress": known,
        "lanes": figures.lanes(campaign),
        "funnel": figures.funnel(known, links),
        "rates": [
            (_("Opened"), known.opened, known.share(known.opened), links["opened"]),
            (_("Clicked"), known.clicked, known.share(known.clicked), links["clicked"]),
            (_("Unsubscribed"), known.unsubscribed, known.share(known.unsubscribed), links["unsubscribed"]),
        ],
        "links": links,
    }


def _reached(delivery: Delivery, over: dict[int, Channel]) -> tuple[Channel | None, str]:
    """The channel of a delivery, and enough of the address to see whom it went to."""
    channel = over.get(delivery.way)
    return channel, masked(delivery.address, channel.kind if channel else "")


def _left_out(reach: audience.Reach) -> list[tuple[str, str, int]]:
    return [(code, reasons.words(code), number) for code, number in reach.left_out]


def _words(asked: QueryDict, campaign: Campaign) -> Campaign | Variant:
    """The variant that is asked for, or the campaign's own text."""
    return next((one for one in wordings(campaign) if str(one.number) == asked.get("variant")), campaign)


def _draft(
    campaign: Campaign, customer: Customer | None, words: Campaign | Variant, way: Way | None = None
) -> dict[str, Any]:
    """The message for this customer, or why there can be none."""
    if customer is None:
        return {}
    try:
        if way and not way.is_mail:
            return {"shorts": shorts(campaign, way, audience.person_of(customer))}
        message = Message(ways.carried(campaign, way) if way else campaign, words)
        return {"draft": message.draft(audience.person_of(customer, message.wording.segments))}
    except CannotRender as problem:
        return {"problem": reasons.words(problem.code)}
