"""The work list of possible duplicates, the patterns among them, and what was decided."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from crm.lib.templatetags import ui
from customers.duplicates import patterns, reading, services
from customers.duplicates.forms import SURE, PairFilter
from customers.duplicates.models import Batch
from customers.duplicates.reading import Tab
from customers.matching.models import Pair, PairQuerySet, Run

PAGE = 25
MOST_COUNTED = 1_000
SAMPLE = 6


@require_GET
@needs("duplicate", "view")
def work_list(request: UserRequest) -> HttpResponse:
    """What is to be decided, the likeliest first."""
    user, asked = request.user, PairFilter(request.GET)
    rows = asked.apply(Pair.objects.visible_to(user).open(), user)
    related = ("low__owner", "low__team", "high__owner", "high__team")
    page = keyset(rows, reading.ORDER, request.GET.get("cursor", ""), size=PAGE, related=related)
    context: dict[str, Any] = {
        "asked": asked,
        "page": page,
        "rows": [(pair, patterns.findings(pair.reasons)[:3], mark_of(pair)) for pair in page.rows],
        "text": counted(rows),
        "sure": SURE,
        "first": _address(page.rows[0], asked) if page.rows else "",
        "tabs": reading.tabs(user, Tab.OPEN),
        "may": {one: user.may("duplicate", one) for one in ("edit", "configure")},
    }
    context["last"] = Run.objects.visible_to(user).order_by("-pk").first()
    return render_part(request, "duplicates/list.html", "results", context)


@require_GET
@needs("duplicate", "view")
def decided(request: UserRequest) -> HttpResponse:
    """What was decided lately, by whom or by itself, and the way back."""
    user = request.user
    rows = Pair.objects.visible_to(user).filter(state=Pair.State.APART)
    page = keyset(
        rows, "-decided_at", request.GET.get("cursor", ""), size=PAGE, related=("low", "high", "decided_by")
    )
    context = {
        "page": page,
        "merges": reading.latest_merges(user),
        "tabs": reading.tabs(user, Tab.DECIDED),
        "may_edit": user.may("duplicate", "edit"),
    }
    return render_part(request, "duplicates/decided.html", "results", context)


@require_GET
@needs("duplicate", "edit")
def patterns_page(request: UserRequest) -> HttpResponse:
    context = {
        "patterns": patterns.most_frequent(request.user),
        "tabs": reading.tabs(request.user, Tab.PATTERNS),
    }
    return render(request, "duplicates/patterns.html", context)


@require_GET
@needs("duplicate", "edit")
def pattern(request: UserRequest, key: str) -> HttpResponse:
    """What one answer for all pairs of a pattern would decide: how many, and some of them to look at."""
    rows = _of_pattern(request, key)
    sample = list(rows.select_related("low", "high").best_first()[:SAMPLE])
    if not sample:
        raise Http404
    context = {
        "key": key,
        "sample": sample,
        "findings": patterns.findings(sample[0].reasons),
        "text": counted(rows),
        "most": services.MOST,
        "reviewed": patterns.reviewed(key),
        "may_join": request.user.may("customer", "merge") and not sample[0].is_vetoed,
        "is_vetoed": sample[0].is_vetoed,
    }
    return render(request, "duplicates/pattern.html", context)


@require_POST
@needs("duplicate", "edit")
def decisions(request: UserRequest, key: str) -> HttpResponse:
    verdict = request.POST.get("verdict", "")
    if verdict not in Batch.Verdict.values:
        raise BadInput(_("There is no such decision."))
    made = services.decide_all(_of_pattern(request, key), verdict, by=request.user)
    return redirect("duplicates:batch", made.pk)


@require_GET
@needs("duplicate", "edit")
def batch(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Batch.objects.visible_to(request.user, "edit"), pk)
    return render_part(request, "duplicates/batch.html", "state", {"batch": found})


@require_POST
@needs("duplicate", "edit")
def batch_undoing(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Batch.objects.visible_to(request.user, "edit"), pk)
    services.undo_all(found, by=request.user)
    return redirect("duplicates:batch", pk)


def _address(pair: Pair, asked: PairFilter) -> str:
    return f"{reverse('duplicates:review', args=[pair.pk])}{asked.suffix}"


def mark_of(pair: Pair) -> str:
    if pair.is_sure:
        return ui.badge(_("Sure"), "ok")
    return ui.badge(_("Contradicted"), "bad") if pair.is_vetoed else ""


def counted(rows: PairQuerySet) -> str:
    number = rows.order_by()[: MOST_COUNTED + 1].count()
    if number > MOST_COUNTED:
        return _("More than %(number)s pairs") % {"number": f"{MOST_COUNTED:,}"}
    return ngettext("%(number)s pair", "%(number)s pairs", number) % {"number": f"{number:,}"}


def _of_pattern(request: UserRequest, key: str) -> PairQuerySet:
    return patterns.of(Pair.objects.visible_to(request.user, "edit").open(), key)
