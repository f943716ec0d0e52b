"""Old numbers stay good: whoever asks for a customer that became part of another is led to that one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib.htmx import wants_part
from crm.lib.middleware import answer
from customers.merging.chain import survivor_of
from customers.models import Customer

GetResponse = Callable[[HttpRequest], HttpResponse]
ROUTE = "customers/<int:pk>/"


def follow(get_response: GetResponse) -> GetResponse:
    """Not for good: a merge may be taken back, and browsers never ask again after a permanent redirect."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 404 or (survivor := _asked_instead(request)) is None:
            return response
        if request.method in ("GET", "HEAD"):
            old = request.resolver_match.kwargs["pk"] if request.resolver_match else 0
            path = request.get_full_path().replace(f"/{old}/", f"/{survivor.pk}/", 1)
            return redirect(path)
        return _refuse(request, survivor)

    return middleware


def _asked_instead(request: HttpRequest) -> Customer | None:
    """Who the customer of the address is now, if this colleague may see them."""
    match, user = request.resolver_match, request.user
    if match is None or not match.route.startswith(ROUTE) or not isinstance(user, User):
        return None
    pk = survivor_of(match.kwargs["pk"])
    return Customer.objects.visible_to(user).filter(pk=pk).first() if pk else None


def _refuse(request: HttpRequest, survivor: Customer) -> HttpResponse:
    """What was typed for one customer is not written into another unasked."""
    sentence = _("This customer has become part of %(name)s meanwhile. Nothing was saved.")
    if wants_part(request):
        return answer(request, sentence % {"name": survivor.name}, status=409)
    messages.warning(request, sentence % {"name": survivor.name})
    return redirect(reverse("customers:detail", args=[survivor.pk]))
