"""Events as colleagues plan them."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.events import admitting, confirming, links, services
from channels.events.forms import EventForm, InviteForm
from channels.events.models import Event, Registration
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import Refused
from crm.lib.paging import keyset

TABS = {"": Q(), "waiting": Q(state="waiting"), "came": ~Q(came_at=None), "cancelled": Q(state="cancelled")}


@require_GET
@needs("event", "view")
def event_list(request: UserRequest) -> HttpResponse:
    rows = Event.objects.visible_to(request.user)
    page = keyset(rows, "-starts_at", request.GET.get("cursor", ""))
    may = {"create": request.user.may("event", "create"), "door": request.user.may("attendance", "edit")}
    return render(request, "events/list.html", {"page": page, "may": may})


@require_http_methods(["GET", "POST"])
@needs("event", "create")
def new(request: UserRequest) -> HttpResponse:
    return _write(request, EventForm(request.POST or None))


@require_http_methods(["GET", "POST"])
@needs("event", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    return _write(request, EventForm(request.POST or None, instance=_to_edit(request, pk)))


@require_GET
@needs("event", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    event = get_visible(Event.objects.visible_to(request.user), pk)
    user, tab = request.user, request.GET.get("show", "")
    tab = tab if tab in TABS else ""
    rows = Registration.objects.visible_to(user).filter(TABS[tab], event=event).select_related("customer")
    page = keyset(rows, "-registered_at", request.GET.get("cursor", ""), size=30)
    context = {
        "event": event,
        "when": confirming.when(event),
        "page_url": links.page_of(event),
        "figures": _figures(event),
        "tabs": [
            ("", _("Everybody")),
            ("waiting", _("Waiting list")),
            ("came", _("Came")),
            ("cancelled", _("Cancelled")),
        ],
        "tab": tab,
        "page": page,
        "guests": admitting.guests(user, page.rows),
        "campaigns": event.campaigns.select_related("campaign").order_by("pk"),
        "is_followed": event.campaigns.exclude(role="invitation").exists(),
        "form": InviteForm(user=user),
        "may": {
            "edit": user.may("event", "edit"),
            "invite": user.may("campaign", "create"),
            "door": user.may("attendance", "edit"),
        },
    }
    return render(request, "events/detail.html", context)


@require_POST
@needs("event", "edit")
def opening(request: UserRequest, pk: int) -> HttpResponse:
    services.open_up(_to_edit(request, pk), by=request.user)
    messages.success(request, _("The event is open. Everybody with its address can register."))
    return redirect("events:detail", pk)


@require_POST
@needs("event", "edit")
def calling_off(request: UserRequest, pk: int) -> HttpResponse:
    services.call_off(_to_edit(request, pk), by=request.user)
    messages.success(request, _("The event is called off. Its page says so."))
    return redirect("events:detail", pk)


@require_POST
@needs("campaign", "create")
def invitation(request: UserRequest, pk: int) -> HttpResponse:
    event = _to_edit(request, pk)
    form = InviteForm(request.POST, user=request.user)
    if not form.is_valid():
        raise Refused(_("Choose the segment that is invited."))
    made = services.invite(event, form.cleaned_data["segment"], by=request.user)
    messages.success(request, _("The invitation is a draft. Look at it, then launch it."))
    return redirect("campaigns:detail", made.pk)


@require_POST
@needs("campaign", "create")
def follow_up(request: UserRequest, pk: int) -> HttpResponse:
    services.follow_up(_to_edit(request, pk), by=request.user)
    messages.success(request, _("Two segments and a draft of a campaign for each are ready."))
    return redirect("events:detail", pk)


def _to_edit(request: UserRequest, pk: int) -> Event:
    return get_visible(Event.objects.visible_to(request.user, "edit"), pk)


def _write(request: UserRequest, form: EventForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        event = form.save(commit=False)
        services.save(event, by=request.user)
        messages.success(request, _("The event was saved."))
        return redirect("events:detail", event.pk)
    context = {"form": form, "event": form.instance if form.instance.pk else None}
    return render(request, "events/edit.html", context, status=422 if request.method == "POST" else 200)


def _figures(event: Event) -> dict[str, Any]:
    """Of one event, whose registrations an index holds together."""
    return event.registrations.aggregate(
        booked=Count("pk", filter=Q(state="booked")),
        waiting=Count("pk", filter=Q(state="waiting")),
        came=Count("pk", filter=~Q(came_at=None)),
        walked_in=Count("pk", filter=Q(is_walk_in=True)),
    )
