from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.policy import Scope
from crm.lib.htmx import render_part, wants_part
from segments.predicting import report, services
from segments.predicting.models import Model, PredictionRun


@require_GET
@needs("score", "view")
def card(request: UserRequest) -> HttpResponse:
    """What the predictions are made of, and how good they are."""
    user = request.user
    runs = PredictionRun.objects.visible_to(user)
    context = report.page(Model.objects.visible_to(user), runs.done().order_by("-as_of").first()) | {
        "newest": runs.order_by("-created_at").first(),
        # What the whole base adds up to is for those who may see all of it.
        "sees_all": user.scope("customer", "view") is Scope.ALL,
        "may_predict": user.may("score", "configure"),
    }
    return render(request, "predicting/card.html", context)


@require_POST
@needs("score", "configure")
def runs(request: UserRequest) -> HttpResponse:
    services.start(by=request.user)
    messages.success(request, _("Predictions are being worked out."))
    return redirect("predicting:card")


@require_GET
@needs("score", "view")
def run(request: UserRequest, pk: int) -> HttpResponse:
    """The progress of a run, asked for every second until it ends."""
    newest = get_visible(PredictionRun.objects.visible_to(request.user), pk)
    if not wants_part(request):
        return redirect("predicting:card")
    response = render_part(request, "predicting/card.html", "progress", {"newest": newest})
    if newest.status == PredictionRun.Status.DONE:
        response["HX-Refresh"] = "true"
    return response
