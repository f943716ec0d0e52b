"""Who entered and left a segment, and why a customer is in it or is not."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import Refused
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from customers import search
from customers.models import Customer
from segments import explaining, history, rules
from segments.forms import CrossingFilter, WhyFilter
from segments.models import Segment

MOST_FOUND = 8


@require_GET
@needs("segment", "view")
def crossings(request: UserRequest, pk: int) -> HttpResponse:
    segment = get_visible(Segment.objects.visible_to(request.user), pk)
    filters = CrossingFilter(request.GET)
    which, days = filters.asked()
    rows = history.lately(segment, request.user, which, days)
    order = "-left_at" if which == history.LEFT else "-entered_at"
    context = {
        "segment": segment,
        "which": which,
        "days": days,
        "periods": CrossingFilter.PERIODS,
        "page": keyset(rows, order, request.GET.get("cursor", ""), related=("customer",)),
    }
    return render_part(request, "segments/crossings.html", "results", context)


@require_GET
@needs("segment", "view")
def why(request: UserRequest, pk: int) -> HttpResponse:
    segment = get_visible(Segment.objects.visible_to(request.user), pk)
    filters = WhyFilter(request.GET)
    q, customer = filters.asked()
    seen = Customer.objects.visible_to(request.user)
    context: dict[str, object] = {"segment": segment, "q": q, "found": [], "reason": None, "problem": ""}
    if customer:
        one = get_visible(seen, customer)
        try:
            context["reason"] = explaining.explain(segment, rules.parse(segment.rule, request.user), one)
        except Refused as error:
            context["problem"] = str(error)
    elif q:
        context["found"] = search.find(seen, q, MOST_FOUND)
    return render(request, "segments/why.html", context)
