"""Data quality as colleagues work on it: the base, the worst first, what customers corrected."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.policy import Scope
from crm.lib.htmx import render_part, wants_part
from crm.lib.paging import keyset
from customers import services as customers
from customers.models import Customer
from customers.quality import asking, report, services, summary
from customers.quality.columns import tone
from customers.quality.models import Assessment, Proposal, Quality
from customers.quality.panels import reasons
from customers.quality.rules import Dimension

PAGE = 25


@require_GET
@needs("quality", "view")
def base(request: UserRequest) -> HttpResponse:
    """How good the data is, how it moves, and where to begin."""
    user = request.user
    runs = Assessment.objects.visible_to(user)
    last = runs.done().order_by("-started_at").first()
    sees_all = user.scope("customer", "view") is Scope.ALL
    found = summary.Summary.from_json(last.summary) if last and sees_all else summary.seen_by(user)
    context = {
        "summary": found,
        "means": [(label, found.means.get(value, 0)) for value, label in Dimension.choices],
        "last": last,
        "newest": runs.order_by("-started_at").first(),
        "sees_all": sees_all,
        "spread": report.spread_chart(found) if found.customers else None,
        "trend": report.trend_chart(runs) if sees_all else None,
        "problems": report.problems(found),
        "owners": report.owners(found),
        "may": {one: user.may("quality", one) for one in ("edit", "configure")},
        "corrections": Proposal.objects.visible_to(user).waiting()[:100].count(),
    }
    return render(request, "quality/base.html", context)


@require_GET
@needs("quality", "view")
def worst(request: UserRequest) -> HttpResponse:
    """The work list: who needs it most comes first."""
    rows = Quality.objects.visible_to(request.user).filter(score__lt=summary.GOOD)
    if request.GET.get("mine"):
        rows = rows.filter(customer__owner=request.user)
    related = rows.select_related("customer__owner", "customer__rollup")
    page = keyset(related, "score", request.GET.get("cursor", ""), size=PAGE)
    context = {
        "page": page,
        "rows": [(row, tone(row.score), reasons(row.problems, row.timeliness)[:3]) for row in page.rows],
        "is_mine": bool(request.GET.get("mine")),
        "good": summary.GOOD,
        "may_ask": request.user.may("quality", "edit"),
    }
    return render_part(request, "quality/worst.html", "results", context)


@require_POST
@needs("quality", "configure")
def assessments(request: UserRequest) -> HttpResponse:
    services.start(by=request.user)
    messages.success(request, _("The assessment has started."))
    return redirect("quality:base")


@require_GET
@needs("quality", "view")
def assessment(request: UserRequest, pk: int) -> HttpResponse:
    """Whether an assessment has ended, asked for every second until it has."""
    newest = get_visible(Assessment.objects.visible_to(request.user), pk)
    if not wants_part(request):
        return redirect("quality:base")
    response = render_part(request, "quality/base.html", "progress", {"newest": newest})
    if not newest.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@needs("quality", "edit")
def refreshes(request: UserRequest, pk: int) -> HttpResponse:
    """Asks the customer to look over their own data."""
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    services.ask(customer, by=request.user)
    messages.success(request, _("The customer gets a mail with a link to their own page."))
    if request.POST.get("next") == "worst":
        return redirect("quality:worst")
    return redirect("customers:detail", pk)


@require_GET
@needs("quality", "edit")
def corrections(request: UserRequest) -> HttpResponse:
    """What customers corrected themselves, oldest first."""
    rows = Proposal.objects.visible_to(request.user).waiting().select_related("refresh__customer__owner")
    page = keyset(rows, "made_at", request.GET.get("cursor", ""), size=PAGE)
    rows_shown = [(row, *shown_change(row)) for row in page.rows]
    context = {"page": page, "rows": rows_shown}
    return render_part(request, "quality/corrections.html", "results", context)


def shown_change(proposal: Proposal) -> tuple[str, str, str]:
    """The field, what stands there and what the customer says, with contacts masked."""
    field = Customer._meta.get_field(proposal.field)
    name, old = proposal.field, getattr(proposal.refresh.customer, proposal.field)
    said = customers.shown(name, asking.read(name, proposal.value))
    return str(field.verbose_name), str(customers.shown(name, old) or "–"), str(said)  # type: ignore[union-attr]


@require_POST
@needs("quality", "edit")
def decision(request: UserRequest, pk: int) -> HttpResponse:
    proposal = get_visible(Proposal.objects.visible_to(request.user).select_related("refresh__customer"), pk)
    accept = request.POST.get("accept") == "1"
    services.decide(proposal, accept=accept, by=request.user)
    said = _("The correction is taken over.") if accept else _("Everything stays as it was.")
    messages.success(request, said)
    return redirect("quality:corrections")
