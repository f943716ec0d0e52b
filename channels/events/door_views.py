"""The door of an event, on a phone: find or scan a guest, let them in, take in who just came by."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels.events import admitting, registering
from channels.events.forms import FindForm, WalkInForm
from channels.events.models import Event, Registration
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import Refused
from crm.lib.htmx import offer_undo, render_part


@require_GET
@needs("attendance", "edit")
def door(request: UserRequest, pk: int) -> HttpResponse:
    event = _event(request, pk)
    form = FindForm(request.GET)
    context = {
        "event": event,
        "form": form,
        "q": form.typed(),
        "guests": admitting.find(event, request.user, form.typed()),
        "came": event.registrations.came().count(),
        "walk_in": WalkInForm(),
    }
    return render_part(request, "events/door.html", "guests", context)


@require_GET
@needs("attendance", "view")
def scan(request: UserRequest, code: str) -> HttpResponse:
    """Where the square code on a ticket leads a colleague's phone."""
    found = Registration.objects.visible_to(request.user).filter(code=code).first()
    if found is None:
        return render(request, "events/unknown.html", {"code": code}, status=200)
    return redirect(f"{_address(found.event_id)}?q={found.code}")


@require_POST
@needs("attendance", "edit")
def check_in(request: UserRequest, pk: int) -> HttpResponse:
    found = _registration(request, pk)
    admitting.let_in(found, by=request.user)
    (guest,) = admitting.guests(request.user, [found])
    offer_undo(request, _("%(guest)s is in.") % {"guest": guest.name}, _way_out(found))
    return redirect(_address(found.event_id))


@require_POST
@needs("attendance", "edit")
def check_out(request: UserRequest, pk: int) -> HttpResponse:
    found = _registration(request, pk)
    admitting.let_out(found, by=request.user)
    messages.success(request, _("The check-in was taken back."))
    return redirect(_address(found.event_id))


@require_POST
@needs("attendance", "edit")
def cancellation(request: UserRequest, pk: int) -> HttpResponse:
    """A guest called to say they do not come; the seat goes to who waits."""
    found = _registration(request, pk)
    registering.cancel(found, by=request.user)
    messages.success(request, _("The registration was cancelled."))
    return redirect(_address(found.event_id))


@require_POST
@needs("attendance", "edit")
def walk_in(request: UserRequest, pk: int) -> HttpResponse:
    event, form = _event(request, pk), WalkInForm(request.POST)
    if not form.is_valid():
        raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    made = registering.walk_in(event, form.guest(), by=request.user)
    messages.success(request, _("%(guest)s is in.") % {"guest": made.name})
    return redirect(_address(event.pk))


def _event(request: UserRequest, pk: int) -> Event:
    return get_visible(Event.objects.visible_to(request.user), pk)


def _registration(request: UserRequest, pk: int) -> Registration:
    rows = Registration.objects.visible_to(request.user, "edit").select_related("event", "customer")
    return get_visible(rows, pk)


def _address(event: int) -> str:
    return reverse("events:door", args=[event])


def _way_out(found: Registration) -> str:
    return reverse("events:check-out", args=[found.pk])
