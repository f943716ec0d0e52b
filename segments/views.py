import re
from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.policy import Scope
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from customers.models import Customer
from segments import builder, counting, rule_page, rules, segment_page, services, starters
from segments.forms import SegmentFilter, SegmentForm
from segments.models import Segment
from segments.rules import Path


@require_GET
@needs("segment", "view")
def segment_list(request: UserRequest) -> HttpResponse:
    filters = SegmentFilter(request.GET)
    search = filters.cleaned_data["q"] if filters.is_valid() else ""
    rows = Segment.objects.visible_to(request.user).annotate(used=Count("campaigns"))
    if search:
        rows = rows.filter(name__icontains=search)
    context = {
        "page": keyset(rows, "name", request.GET.get("cursor", "")),
        "q": search,
        "sees_all": request.user.scope("customer", "view") is Scope.ALL,
        "may_create": request.user.may("segment", "create"),
        "starters": starters.STARTERS,
        "currency": settings.DEFAULT_CURRENCY,
    }
    return render_part(request, "segments/list.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("segment", "create")
def new(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request, Segment())
    starter = starters.find(request.GET.get("starter", ""), request.GET.get("group", ""))
    form = SegmentForm(initial={"name": starter.name, "description": starter.text} if starter else None)
    box = builder.from_json(starter.tree) if starter else builder.Box(rules=[builder.Condition()])
    return _editor(request, form, box)


@require_http_methods(["GET", "POST"])
@needs("segment", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    segment = get_visible(Segment.objects.visible_to(request.user, "edit"), pk)
    if request.method == "POST":
        return _save(request, segment)
    return _editor(request, SegmentForm(instance=segment), builder.from_json(segment.rule))


@require_POST
@needs("segment", "edit")
def draft(request: UserRequest) -> HttpResponse:
    """One step in the builder: the rule as sent, changed and shown again. Nothing is kept."""
    box = builder.read(request.POST)
    builder.change(box, request.POST.get("step", ""))
    builder.settle(box)
    return _editor(request, SegmentForm(request.POST, instance=_segment_of(request)), box, part="builder")


@require_POST
@needs("segment", "edit")
def count(request: UserRequest) -> HttpResponse:
    """How many customers the rule as sent would find now."""
    box = builder.read(request.POST)
    answer = None
    try:
        rule = rules.parse(box.to_json(), request.user)
    except rules.InvalidRule:
        rule = None
    if rule:
        answer = counting.count(rules.narrow(Customer.objects.visible_to(request.user), rule))
    form = SegmentForm(request.POST, instance=_segment_of(request))
    return _editor(request, form, box, part="count", answer=answer, was_counted=True)


@require_GET
@needs("segment", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    user = request.user
    segment = get_visible(Segment.objects.visible_to(user).select_related("created_by"), pk)
    context = segment_page.page(segment, user) | {
        "may": {action: user.may("segment", action) for action in ("edit", "delete")},
        "may_create": user.may("segment", "create"),
        "may_send": user.may("campaign", "create"),
    }
    return render_part(request, "segments/detail.html", "results", context)


@require_POST
@needs("segment", "delete")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    segment = get_visible(Segment.objects.visible_to(request.user, "delete"), pk)
    services.delete(segment, by=request.user)
    messages.success(request, _("The segment was deleted."))
    return redirect("segments:list")


@require_POST
@needs("segment", "edit")
def refreshes(request: UserRequest, pk: int) -> HttpResponse:
    segment = get_visible(Segment.objects.visible_to(request.user, "edit"), pk)
    services.refresh(segment)
    messages.success(request, _("The members are being counted."))
    return redirect("segments:detail", pk)


def _segment_of(request: UserRequest) -> Segment:
    """The segment that the builder is open for; a new one has no number yet."""
    pk = request.POST.get("segment", "")
    if not re.fullmatch("[0-9]{1,18}", pk):
        return Segment()
    return get_visible(Segment.objects.visible_to(request.user, "edit"), int(pk))


def _save(request: UserRequest, segment: Segment) -> HttpResponse:
    box = builder.read(request.POST)
    form = SegmentForm(request.POST, instance=segment)
    problems: Mapping[Path, str] = {}
    try:
        rules.parse(box.to_json(), request.user)
    except rules.InvalidRule as error:
        problems = error.problems
    if not form.is_valid() or problems:
        return _editor(request, form, box, problems=problems, status=422)
    try:
        services.save(form.instance, box.to_json(), by=request.user)
    except rules.InvalidRule as error:
        # It would be a part of itself, which only all segments together show.
        return _editor(request, form, box, problems=error.problems, status=422)
    messages.success(request, _("The segment was saved."))
    return redirect("segments:detail", form.instance.pk)


def _editor(
    request: UserRequest,
    form: SegmentForm,
    box: builder.Box,
    *,
    problems: Mapping[Path, str] | None = None,
    part: str = "editor",
    status: int = 200,
    **more: object,
) -> HttpResponse:
    context = {
        "form": form,
        "segment": form.instance,
        # Only made where it is shown: it looks up what to suggest.
        "rule": SimpleLazyObject(lambda: rule_page.page(box, request.user, problems)),
        "starters": [] if form.instance.pk else starters.STARTERS,
        **more,
    }
    if part == "editor":
        return render(request, "segments/edit.html", context, status=status)
    response = render_part(request, "segments/edit.html", part, context, status=status)
    if part == "builder":
        # The count beside the rule asks again.
        response["HX-Trigger-After-Settle"] = "rule-changed"
    return response
