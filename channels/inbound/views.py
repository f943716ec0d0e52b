"""What arrived on a channel, and what became of it: a dropped message always says why."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from channels.inbound import counting, reading, services
from channels.inbound.forms import EventFilter
from channels.inbound.models import Event
from channels.models import Channel
from crm.accounts.http import UserRequest, get_visible, needs
from crm.audit import services as audit
from crm.lib.htmx import render_part
from crm.lib.paging import keyset


@require_GET
@needs("channel", "view")
def event_list(request: UserRequest, pk: int) -> HttpResponse:
    channel = get_visible(Channel.objects.visible_to(request.user), pk)
    filters = EventFilter(request.GET)
    rows = filters.apply(Event.objects.visible_to(request.user).filter(channel=channel).defer("raw"))
    page = keyset(rows, "-id", request.GET.get("cursor", ""))
    context = {
        "channel": channel,
        "filters": filters,
        "states": [("", _("All")), *Event.State.choices],
        "page": page,
        "events": [reading.listed(one) for one in page.rows],
        "counts": counting.arrivals([channel.pk])[channel.pk],
        "may_configure": request.user.may("channel", "configure"),
    }
    return render_part(request, "inbound/events.html", "results", context)


@require_GET
@needs("channel", "view")
def event(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Event.objects.visible_to(request.user).select_related("channel"), pk)
    may_configure = request.user.may("channel", "configure")
    if may_configure:
        # What stands there may be anything a customer wrote.
        audit.record("event.read", found.channel, by=request.user, event=found.pk)
    context = {
        "event": reading.listed(found),
        "channel": found.channel,
        "parts": reading.parts(found, request.user),
        "raw": reading.shown(found) if may_configure else "",
        "may_configure": may_configure,
    }
    return render(request, "inbound/event.html", context)


@require_POST
@needs("channel", "configure")
def replay(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Event.objects.visible_to(request.user, "configure").select_related("channel"), pk)
    services.replay(found, by=request.user)
    messages.success(request, _("This event is tried again."))
    return redirect("inbound:event", pk)


@require_POST
@needs("channel", "configure")
def replay_all(request: UserRequest, pk: int) -> HttpResponse:
    channel = get_visible(Channel.objects.visible_to(request.user, "configure"), pk)
    number = services.replay_all(channel, by=request.user)
    text = ngettext("%(number)s event is tried again.", "%(number)s events are tried again.", number)
    messages.success(request, text % {"number": number})
    return redirect("inbound:events", pk)
