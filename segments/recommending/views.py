from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part, wants_part
from customers.models import Customer
from segments.recommending import panels, report, services
from segments.recommending.forms import ExclusionForm, ProductForm
from segments.recommending.models import Exclusion, Learning


@require_GET
@needs("score", "view")
def card(request: UserRequest) -> HttpResponse:
    """The model card: what suggestions are made of, how well they do, and what is never suggested."""
    return _card(request, ExclusionForm())


@require_POST
@needs("score", "configure")
def learnings(request: UserRequest) -> HttpResponse:
    services.start(by=request.user)
    messages.success(request, _("Recommendations are being learnt."))
    return redirect("recommending:card")


@require_GET
@needs("score", "view")
def learning(request: UserRequest, pk: int) -> HttpResponse:
    """How far a learning is, asked for every second until it ends."""
    newest = get_visible(Learning.objects.visible_to(request.user), pk)
    if not wants_part(request):
        return redirect("recommending:card")
    response = render_part(request, "recommending/card.html", "progress", {"newest": newest})
    if newest.status == Learning.Status.DONE:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@needs("score", "configure")
def exclusions(request: UserRequest) -> HttpResponse:
    form = ExclusionForm(request.POST)
    if not form.is_valid():
        return _card(request, form, status=422)
    services.exclude(**form.cleaned_data["what"], by=request.user)
    messages.success(request, _("This is suggested to nobody any more."))
    return redirect("recommending:card")


@require_POST
@needs("score", "configure")
def exclusion_removal(request: UserRequest, pk: int) -> HttpResponse:
    services.include(
        get_visible(Exclusion.objects.visible_to(request.user, "configure"), pk), by=request.user
    )
    messages.success(request, _("This may be suggested again."))
    return redirect("recommending:card")


@require_POST
@needs("score", "configure")
def setting(request: UserRequest) -> HttpResponse:
    services.switch(is_personal=request.POST.get("personal") == "yes", by=request.user)
    messages.success(request, _("It is noted and holds from now on."))
    return redirect("recommending:card")


@require_POST
@needs("customer", "edit")
def rejections(request: UserRequest, pk: int) -> HttpResponse:
    """Not interested in a product, or interested again."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    form = ProductForm(request.POST)
    if not form.is_valid():
        raise Http404
    product = form.cleaned_data["product"]
    if form.cleaned_data["again"]:
        services.take_back(customer, product)
    else:
        services.reject(customer, product, by=request.user)
    return redirect("customers:panel", pk, panels.KEY)


@require_POST
@needs("consent", "edit")
def wish(request: UserRequest, pk: int) -> HttpResponse:
    """Whether the customer wants personal recommendations."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    services.choose(customer, personal=request.POST.get("personal") == "yes", by=request.user)
    return redirect("customers:panel", pk, panels.KEY)


def _card(request: UserRequest, form: ExclusionForm, *, status: int = 200) -> HttpResponse:
    context = report.page(request.user) | {
        "form": form,
        "may_configure": request.user.may("score", "configure"),
    }
    return render(request, "recommending/card.html", context, status=status)
