"""Matching the whole base: starting it, watching it, what it found, and when it may join by itself."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part, wants_part
from crm.lib.paging import keyset
from crm.lib.templatetags.ui import NOTHING, thousands
from customers.duplicates import automatic, reading, reviews, services
from customers.duplicates.forms import SettingsForm
from customers.duplicates.reading import Tab
from customers.matching.models import Run

PAGE = 20


@dataclass(frozen=True)
class Line:
    run: Run

    @property
    def tone(self) -> str:
        tones = {Run.Step.DONE: "ok", Run.Step.FAILED: "bad"}
        return tones.get(Run.Step(self.run.step), "warn")

    @property
    def took(self) -> str:
        if self.run.finished_at is None:
            return NOTHING
        seconds = int((self.run.finished_at - self.run.started_at).total_seconds())
        return f"{seconds // 60}:{seconds % 60:02}"

    @property
    def text(self) -> str:
        """What it found; of one that failed, why."""
        figures = self.run.figures
        if self.run.reason or "pairs" not in figures:
            return self.run.reason
        names = ("pairs", "new", "joined", "review")
        told = {name: thousands(figures.get(name, 0)) for name in names}
        return _("%(pairs)s pairs, %(new)s of them new. %(joined)s joined, %(review)s to decide.") % told


@require_http_methods(["GET", "POST"])
@needs("duplicate", "configure")
def runs(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        services.start(by=request.user, may_join_many=request.POST.get("may_join_many") == "1")
        messages.success(request, _("Matching has started."))
        return redirect("duplicates:runs")
    rows = Run.objects.visible_to(request.user)
    page = keyset(rows, "-started_at", request.GET.get("cursor", ""), size=PAGE, related=("asked_by",))
    context = {
        "page": page,
        "rows": [Line(one) for one in page.rows],
        "newest": rows.order_by("-pk").first(),
        "tabs": reading.tabs(request.user, Tab.RUNS),
    }
    return render_part(request, "duplicates/runs.html", "results", context)


@require_GET
@needs("duplicate", "view")
def run(request: UserRequest, pk: int) -> HttpResponse:
    """How far a run is, asked for every second until it has ended."""
    newest = get_visible(Run.objects.visible_to(request.user), pk)
    if not wants_part(request):
        return redirect("duplicates:list")
    response = render_part(request, "duplicates/runs.html", "progress", {"newest": newest})
    if newest.finished_at:
        response["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "POST"])
@needs("duplicate", "configure")
def settings(request: UserRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else request.GET or None
    form = SettingsForm(data, instance=automatic.settings())
    if request.method == "POST" and form.is_valid():
        services.change_settings(form.cleaned_data, by=request.user)
        messages.success(request, _("The settings are kept."))
        return redirect("duplicates:settings")
    bands = reviews.bands()
    is_wrong = form.is_bound and not form.is_valid()
    context = {
        "form": form,
        "thresholds": [form["join_from"], form["ask_from"]],
        "rails": [form["largest"], form["most"]],
        "bands": bands,
        "has_reviews": any(one.reviewed for one in bands),
        "preview": reviews.preview(automatic.settings() if is_wrong else form.instance),
        "by_rule": reviews.joined_by_rule(),
        "tabs": reading.tabs(request.user, Tab.SETTINGS),
    }
    status = 422 if is_wrong and request.method == "POST" else 200
    return render_part(request, "duplicates/settings.html", "preview", context, status=status)
