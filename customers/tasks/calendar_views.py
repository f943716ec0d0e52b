"""The calendar page, the addresses for calendar programs, and what these programs read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.models import User
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part
from crm.lib.limits import limit
from customers.tasks import calendars, feeds
from customers.tasks.listing import EVERYBODY, GIVEN, Listing
from customers.tasks.models import members
from customers.tasks.views import frame

PER_MINUTE = 60


@require_GET
@needs("task", "view")
def calendar(request: UserRequest) -> HttpResponse:
    listing = Listing(request.user, request.GET)
    if listing.who in (GIVEN, EVERYBODY):
        raise BadInput(_("The list cannot be narrowed to this."))
    user = person(request.user, listing.who)
    feed = feeds.of(request.user)
    context = {
        "calendar": calendars.of(user, request.user, request.GET.get("span", ""), request.GET.get("on", "")),
        "people": [one for one in listing.people if one[0] not in (GIVEN, EVERYBODY)],
        "who": listing.who,
        "may_move": request.user.may("task", "edit"),
        "feed": feed,
        "feed_address": feeds.address(feed) if feed else "",
        **frame(request, "calendar"),
    }
    return render_part(request, "tasks/calendar.html", "grid", context)


@require_POST
@needs("task", "view")
def feed_making(request: UserRequest) -> HttpResponse:
    feeds.make(request.user)
    messages.success(request, _("Here is the address for your calendar program. An older one has ended."))
    return redirect("tasks:calendar")


@require_POST
@needs("task", "view")
def feed_ending(request: UserRequest) -> HttpResponse:
    feeds.end(request.user)
    messages.success(request, _("The address has ended. Calendar programs no longer get your tasks."))
    return redirect("tasks:calendar")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program gets. Forged, ended and too frequent ones get the same answer."""
    user = None if limit(request, "calendar", PER_MINUTE) else feeds.owner_of(token)
    if user is None:
        raise Http404
    headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    return HttpResponse(feeds.calendar(user), content_type="text/calendar; charset=utf-8", headers=headers)


def person(reader: User, who: str) -> User:
    return get_visible(members(reader, reader.scope("task", "view")), int(who)) if who else reader
