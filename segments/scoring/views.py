from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.policy import Scope
from crm.lib.htmx import render_part, wants_part
from segments.scoring import report, services, summary
from segments.scoring.models import ScoringRun


@require_GET
@needs("score", "view")
def rfm(request: UserRequest) -> HttpResponse:
    user = request.user
    runs = ScoringRun.objects.visible_to(user)
    last = runs.done().select_related("policy__made_by").order_by("-as_of").first()
    sees_all = user.scope("customer", "view") is Scope.ALL
    found = summary.Summary()
    if last:
        found = summary.Summary.from_json(last.summary) if sees_all else summary.seen_by(user, last)
    context = report.page(found, last, by_money=request.GET.get("show") == "money") | {
        "newest": runs.order_by("-created_at").first(),
        "sees_all": sees_all,
        "history": report.history_chart(runs) if sees_all else None,
        "may_score": user.may("score", "configure"),
        "may_segment": user.may("segment", "create"),
    }
    return render(request, "scoring/rfm.html", context)


@require_POST
@needs("score", "configure")
def runs(request: UserRequest) -> HttpResponse:
    services.start(by=request.user)
    messages.success(request, _("Scoring has started."))
    return redirect("scoring:rfm")


@require_GET
@needs("score", "view")
def run(request: UserRequest, pk: int) -> HttpResponse:
    """The progress of a run, asked for every second until it ends."""
    newest = get_visible(ScoringRun.objects.visible_to(request.user), pk)
    if not wants_part(request):
        return redirect("scoring:rfm")
    response = render_part(request, "scoring/rfm.html", "progress", {"newest": newest})
    if newest.status == ScoringRun.Status.DONE:
        response["HX-Refresh"] = "true"
    return response
