"""Looking at two customers, or several, and saying whether they are one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import Refused
from crm.lib.htmx import done, offer_undo, render_part
from customers import search
from customers.duplicates import comparing, deciding, reading, waterfall
from customers.duplicates.forms import PairFilter, Picked
from customers.matching.models import Pair
from customers.merging.models import Merge
from customers.models import Customer

OFFERED = 8


@require_GET
@needs("duplicate", "view")
def review(request: UserRequest, pk: int) -> HttpResponse:
    """One pair: side by side, why they may be one, what would happen."""
    user, asked = request.user, PairFilter(request.GET)
    pair = get_visible(Pair.objects.visible_to(user).select_related("low", "high", "decided_by"), pk)
    group = reading.group_of(pair, user)
    picked = Picked(request.GET, user=user, usual=[pair.low_id, pair.high_id])
    context = {
        "pair": pair,
        "asked": asked,
        "address": f"{request.path}{asked.suffix}",
        "lines": waterfall.lines(pair.reasons, pair.prior, pair.bits),
        "earlier": reading.earlier(pair, user),
        "group": picked.offered(group) if len(group) > 2 else [],
        "picked": picked,
        "comparison": comparing.compare(picked.customers, picked.survivor, by=user),
        "may_edit": user.may("duplicate", "edit"),
    }
    return render_part(request, "duplicates/review.html", "comparison", context)


@require_GET
@needs("duplicate", "view")
def neighbour(request: UserRequest, pk: int, step: str) -> HttpResponse:
    pair = get_visible(Pair.objects.visible_to(request.user), pk)
    return _go_on(request, pair, step)


@require_POST
@needs("duplicate", "edit")
def joining(request: UserRequest, pk: int) -> HttpResponse:
    """They are one; then on to the next pair."""
    pair = get_visible(Pair.objects.visible_to(request.user, "edit"), pk)
    _join(request)
    return _go_on(request, pair, reading.NEXT)


@require_POST
@needs("duplicate", "edit")
def refusal(request: UserRequest, pk: int) -> HttpResponse:
    pair = get_visible(Pair.objects.visible_to(request.user, "edit").select_related("low", "high"), pk)
    deciding.refuse(pair, by=request.user)
    text = _("%(one)s and %(other)s are kept apart.") % {"one": pair.low, "other": pair.high}
    offer_undo(request, text, reverse("duplicates:reopening", args=[pair.pk]))
    return _go_on(request, pair, reading.NEXT)


@require_POST
@needs("duplicate", "edit")
def reopening(request: UserRequest, pk: int) -> HttpResponse:
    pair = get_visible(Pair.objects.visible_to(request.user, "edit"), pk)
    deciding.reopen(pair, by=request.user)
    messages.success(request, _("The two are to be decided again."))
    return done(request, reverse("duplicates:review", args=[pk]))


@require_POST
@needs("duplicate", "edit")
def undoing(request: UserRequest, batch: UUID) -> HttpResponse:
    """Takes back what was joined in one go."""
    merges = Merge.objects.visible_to(request.user, "merge").filter(batch=batch)
    first = get_visible(merges, merges.values_list("pk", flat=True).first() or 0)
    deciding.take_apart(batch, by=request.user)
    messages.success(request, _("Undone: they are separate customers again."))
    return done(request, reverse("customers:detail", args=[first.absorbed_id]))


@require_http_methods(["GET", "POST"])
@needs("duplicate", "edit")
def chosen(request: UserRequest) -> HttpResponse:
    """Customers that somebody chose, side by side, to be joined."""
    user = request.user
    if request.method == "POST":
        merges = _join(request)
        return redirect("customers:detail", merges[0].survivor_id)
    picked = Picked(request.GET, user=user)
    if not picked.is_complete:
        messages.error(request, _("Choose two to ten customers."))
        return redirect("customers:list")
    context = {
        "picked": picked,
        "group": picked.customers if len(picked.customers) > 2 else [],
        "address": request.path,
        "comparison": comparing.compare(picked.customers, picked.survivor, by=user),
        "may_edit": True,
    }
    return render_part(request, "duplicates/chosen.html", "comparison", context)


@require_POST
@needs("duplicate", "edit")
def choices(request: UserRequest) -> HttpResponse:
    """From ticks in a list to the page that shows them side by side."""
    query = QueryDict(mutable=True)
    query.setlist("ids", request.POST.getlist("ids")[: reading.MOST + 1])
    return redirect(f"{reverse('duplicates:chosen')}?{query.urlencode()}")


@require_GET
@needs("duplicate", "edit")
def other(request: UserRequest, pk: int) -> HttpResponse:
    """Whom a customer is to be joined with: somebody who looks alike, or anybody one searches for."""
    user = request.user
    customer = get_visible(Customer.objects.visible_to(user, "merge"), pk)
    pairs = reading.of_customer(customer, user).select_related("low", "high").best_first()[:OFFERED]
    alike = [(pair, pair.high if pair.low_id == pk else pair.low) for pair in pairs]
    return render(request, "duplicates/other.html", {"customer": customer, "alike": alike})


@require_GET
@needs("duplicate", "edit")
def candidates(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "merge"), pk)
    asked = request.GET.get("other_text", "").strip()
    rows = Customer.objects.visible_to(request.user, "merge").filter(kind=customer.kind).exclude(pk=pk)
    found = search.find(rows, asked, OFFERED) if asked else []
    return render(request, "relations/_candidates.html", {"found": found, "asked": asked})


def _join(request: UserRequest) -> list[Merge]:
    picked = Picked(request.POST, user=request.user, action="merge")
    if not picked.is_complete:
        raise Refused(_("You may not join these customers."))
    survivor = picked.survivor or picked.customers[0]
    winners = comparing.chosen(picked.customers, survivor, picked.winners, by=request.user)
    merges = deciding.join(picked.customers, survivor, by=request.user, winners=winners)
    text = ngettext(
        "%(number)s customer became part of %(name)s.",
        "%(number)s customers became part of %(name)s.",
        len(merges),
    ) % {"number": len(merges), "name": survivor}
    offer_undo(request, text, reverse("duplicates:undoing", args=[merges[0].batch]))
    return merges


def _go_on(request: UserRequest, pair: Pair, step: str) -> HttpResponseRedirect:
    """To the neighbour in the list one works on; at its end, to the list."""
    asked = PairFilter(request.GET)
    rows = asked.apply(Pair.objects.visible_to(request.user), request.user)
    found = reading.beside(rows, pair, step)
    if found is None:
        messages.info(
            request,
            _("This was the last pair of the list.")
            if step == reading.NEXT
            else _("This was the first pair of the list."),
        )
        return redirect(f"{reverse('duplicates:list')}{asked.suffix}")
    return redirect(f"{reverse('duplicates:review', args=[found.pk])}{asked.suffix}")
