"""Search from anywhere: customers, orders by number, segments and campaigns by name."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from channels.campaigns.models import Campaign
from crm.accounts.http import UserRequest
from crm.accounts.models import User
from customers import search as customer_search
from customers.models import Customer
from customers.orders.models import Order
from customers.orders.numbers import numbered
from segments.models import Segment

CUSTOMERS, OTHERS = 8, 4
# Shorter beginnings of order numbers fit too many.
SHORTEST_NUMBER = 4


@require_GET
def search(request: UserRequest) -> HttpResponse:
    """The options of the search palette; without a question, whom the reader may want to go back to."""
    text, user = request.GET.get("q", "").strip(), request.user
    context = {
        "q": text,
        "customers": find_customers(user, text),
        "orders": find_orders(user, text),
        "segments": Segment.objects.visible_to(user).filter(name__icontains=text)[:OTHERS] if text else [],
        "campaigns": find_campaigns(user, text),
    }
    return render(request, "desk/_search.html", context)


def find_customers(user: User, text: str) -> list[Customer]:
    visible = Customer.objects.visible_to(user)
    if not user.may("customer", "view"):
        return []
    return (
        customer_search.find(visible, text, CUSTOMERS) if text else list(visible.order_by("-touched_at")[:5])
    )


def find_orders(user: User, text: str) -> list[Order]:
    if len(text) < SHORTEST_NUMBER:
        return []
    orders = numbered(Order.objects.visible_to(user), text)
    return list(orders.select_related("customer").order_by("external_id")[:OTHERS])


def find_campaigns(user: User, text: str) -> list[Campaign]:
    if not text:
        return []
    return list(Campaign.objects.visible_to(user).filter(name__icontains=text).order_by("-pk")[:OTHERS])
