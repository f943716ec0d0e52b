from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channels.consent import preferences, services, standing
from channels.consent.forms import EntryForm
from channels.consent.models import ConsentEntry, Purpose, State
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from customers.models import Customer

PAGE = 20


@require_GET
@needs("consent", "view")
def ledger(request: UserRequest, pk: int) -> HttpResponse:
    """What the customer allows, and every word that led there."""
    customer = get_visible(Customer.objects.visible_to(request.user), pk)
    return _ledger(request, customer, EntryForm(initial=_initial(request)))


@require_POST
@needs("consent", "edit")
def entries(request: UserRequest, pk: int) -> HttpResponse:
    """Adds what the customer told a colleague; nothing in the ledger is ever changed."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    form = EntryForm(request.POST)
    if not form.is_valid():
        return _ledger(request, customer, form, status=422)
    said = form.cleaned_data
    what = (customer, said["purpose"], said["channel"])
    word: dict[str, Any] = {"source": "staff", "by": request.user, "evidence": {"reason": said["reason"]}}
    if said["state"] == State.GRANTED:
        services.grant(*what, **word, text_version=said["text_version"])
    else:
        services.withdraw(*what, **word)
    messages.success(request, _("It is noted and holds from now on."))
    return redirect("consent:ledger", pk)


@require_POST
@needs("consent", "edit")
def link(request: UserRequest, pk: int) -> HttpResponse:
    """Sends the customer the address of their own page."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    preferences.send_link(customer, by=request.user)
    messages.success(request, _("The link is on its way to the customer."))
    return redirect("consent:ledger", pk)


def _ledger(request: UserRequest, customer: Customer, form: EntryForm, *, status: int = 200) -> HttpResponse:
    entries = ConsentEntry.objects.visible_to(request.user).filter(customer=customer).select_related("by")
    page = keyset(entries, "-at", request.GET.get("cursor", ""), size=PAGE)
    context = {
        "customer": customer,
        "rows": standing.rows(customer),
        "purposes": [label for _value, label in Purpose.choices],
        "page": page,
        "entries": [(entry, standing.proof(entry)) for entry in page.rows],
        "form": form if request.user.may("consent", "edit") else None,
    }
    return render_part(request, "consent/ledger.html", "ledger", context, status=status)


def _initial(request: UserRequest) -> dict[str, str]:
    """What was clicked on: the form opens with it chosen."""
    return {name: request.GET[name] for name in ("state", "purpose", "channel") if name in request.GET}
