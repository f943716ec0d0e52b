"""The customer's own page, its parts, and the short look at it from elsewhere."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.models import User
from crm.lib.htmx import render_part, wants_part
from crm.lib.templatetags.ui import NOTHING
from customers import columns, composers, panels, walking
from customers.models import Customer
from customers.record import facts
from customers.timeline import origins
from customers.timeline.filters import TimelineFilter, people_in
from customers.timeline.models import Entry
from customers.timeline.reading import event, feed, latest

IN_PREVIEW = 5


@require_GET
@needs("customer", "view")
def customer_detail(request: UserRequest, pk: int) -> HttpResponse:
    return page_of(request, pk)


@require_GET
@needs("customer", "view")
def preview(request: UserRequest, pk: int) -> HttpResponse:
    """Who this is and what happened last, for a slide-over beside whatever one is doing."""
    customer = loaded(request.user, pk)
    context = {
        "customer": customer,
        "badges": badges(request.user, customer),
        "head": panels.column(panels.HEAD, request, customer),
        "events": latest(request.user, customer, IN_PREVIEW),
    }
    return render_part(request, "customers/preview.html", "content", context)


@require_GET
@needs("customer", "view")
def panel(request: UserRequest, pk: int, key: str) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user), pk)
    found = panels.find(key, request.user)
    if found is None:
        raise Http404
    content = panels.content(found, request, customer)
    context = {"panel": found, "content": content, "customer": customer}
    response = render_part(request, "customers/panel.html", "content", context)
    if not content and wants_part(request):
        # A card that says "nothing" is one card too many.
        response.headers["HX-Reswap"] = "delete"
    return response


@require_GET
@needs("customer", "view")
def entry(request: UserRequest, pk: int, entry_pk: int) -> HttpResponse:
    """One entry with the row it comes from."""
    customer = get_visible(Customer.objects.visible_to(request.user), pk)
    found = get_visible(
        Entry.objects.visible_to(request.user).filter(customer=customer).select_related("actor"), entry_pk
    )
    context = {
        "customer": customer,
        "event": event(found),
        "entry": found,
        "origin": origins.of(request.user, found),
        "source_name": origins.name_of(found.source),
    }
    return render_part(request, "timeline/entry.html", "origin", context)


@require_GET
@needs("customer", "view")
def neighbour(request: UserRequest, pk: int, step: str) -> HttpResponse:
    """Leads on to the next or previous customer of the list one came from, or says that there is none."""
    customer = get_visible(Customer.objects.visible_to(request.user), pk)
    word = request.GET.get("from", "")
    found = walking.beside(request.user, customer, word, step)
    if found is None:
        at_end = _("This was the last customer of the list.")
        messages.info(
            request, at_end if step == walking.NEXT else _("This was the first customer of the list.")
        )
    return redirect(f"{reverse('customers:detail', args=[(found or customer).pk])}?from={word}")


def page_of(request: UserRequest, pk: int, *, revealed: dict[str, str] | None = None) -> HttpResponse:
    user, customer = request.user, loaded(request.user, pk)
    asked = TimelineFilter.read(request.GET)
    cursor, may = request.GET.get("cursor", ""), rights(user, customer)
    context: dict[str, Any] = {"customer": customer, "may": may, "revealed": revealed or {}}
    part = _part(request, cursor) if wants_part(request) else "timeline"
    if part != "composer":
        context |= {"feed": feed(user, customer, asked, cursor), "shown_day": request.GET.get("day", "")}
    if part in ("composer", "timeline") and may.get("edit"):
        context["desk"] = composers.desk(request, customer)
    if part == "timeline":
        context["people"] = people_in(customer)
        context["pinned"] = panels.column(panels.PINNED, request, customer)
    if not wants_part(request):
        context |= _surroundings(request, customer)
        context["details"] = facts.details(
            customer, user, may_edit=may.get("edit", False), revealed=context["revealed"]
        )
    return render_part(request, "customers/detail.html", part, context)


def loaded(user: User, pk: int) -> Customer:
    """The customer with all that the head of the page shows."""
    named = {name for one in columns.all_for(user) if one.is_badge for name in one.related}
    rows = Customer.objects.visible_to(user).select_related(
        "owner", "team", "rollup", *named, *panels.related(user)
    )
    return get_visible(rows, pk)


def badges(user: User, customer: Customer) -> list[str]:
    cells = [one.cell(customer) for one in columns.all_for(user) if one.is_badge]
    return [cell for cell in cells if strip_tags(cell).strip() != NOTHING]


def rights(user: User, customer: Customer) -> dict[str, bool]:
    """What `user` may do with this customer; decides which buttons are shown, the views ask again."""
    return {
        action: Customer.objects.visible_to(user, action).filter(pk=customer.pk).exists()
        for action in ("edit", "reveal", "delete")
        if user.may("customer", action)
    }


def _part(request: UserRequest, cursor: str) -> str:
    """Which part of the page htmx asks for."""
    if cursor:
        return "days"
    return request.htmx.target if request.htmx.target in ("composer", "entries") else "timeline"


def _surroundings(request: UserRequest, customer: Customer) -> dict[str, Any]:
    """What stands around the timeline."""
    word = request.GET.get("from", "")
    return {
        "badges": badges(request.user, customer),
        "origin": word,
        "origin_query": walking.list_query(word).urlencode() if word else "",
        "head": panels.column(panels.HEAD, request, customer),
        "actions": panels.column(panels.ACTIONS, request, customer),
        "facts": panels.column(panels.FACTS, request, customer),
        "insights": panels.column(panels.INSIGHTS, request, customer),
    }
