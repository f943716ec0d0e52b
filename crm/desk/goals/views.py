"""Goals: what is wanted, how far it is, how it goes on."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.desk.goals import pacing, services
from crm.desk.goals.forms import GoalForm
from crm.desk.goals.models import Goal, Proposal
from crm.desk.goals.pacing import Pace

MOST_SHOWN, MOST_OVER, ON_HOME = 60, 20, 4


@require_GET
@needs("goal", "view")
def goal_list(request: UserRequest) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    rows = Goal.objects.visible_to(user).select_related("owner", "team").order_by("ends_on", "pk")
    context = {
        "goals": [Pace(one, today) for one in rows.filter(ends_on__gte=today)[:MOST_SHOWN]],
        "over": [Pace(one, today) for one in rows.filter(ends_on__lt=today).reverse()[:MOST_OVER]],
        "may_create": user.may("goal", "create"),
        "proposals": Proposal.objects.visible_to(user)
        .open()
        .select_related("owner", "review")
        .order_by("due_on")[:20],
        "today": today,
    }
    return render(request, "goals/list.html", context)


@require_GET
@needs("goal", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    goal = get_visible(Goal.objects.visible_to(request.user).select_related("owner", "team"), pk)
    context = {
        "goal": goal,
        "pace": Pace(goal, timezone.localdate()),
        "history": pacing.history(goal),
        "periods": pacing.periods(goal),
        "closer": pacing.closer(goal),
        "may_edit": Goal.objects.visible_to(request.user, "edit").filter(pk=pk).exists(),
    }
    return render(request, "goals/detail.html", context)


@require_http_methods(["GET", "POST"])
@needs("goal", "create")
def new(request: UserRequest) -> HttpResponse:
    return _form(request, GoalForm(request.POST or None, user=request.user))


@require_http_methods(["GET", "POST"])
@needs("goal", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    goal = get_visible(Goal.objects.visible_to(request.user, "edit"), pk)
    return _form(request, GoalForm(request.POST or None, user=request.user, action="edit", instance=goal))


@require_POST
@needs("goal", "edit")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    services.delete(get_visible(Goal.objects.visible_to(request.user, "edit"), pk), by=request.user)
    messages.success(request, _("The goal was deleted."))
    return redirect("goals:list")


def _form(request: UserRequest, form: GoalForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        goal = services.save(form.save(commit=False), by=request.user)
        messages.success(request, _("The goal was saved. Its numbers come within a minute."))
        return redirect("goals:detail", goal.pk)
    context = {"form": form, "goal": form.instance if form.instance.pk else None}
    return render(request, "goals/edit.html", context, status=422 if form.errors else 200)


def on_home(request: UserRequest) -> dict[str, Any] | None:
    """The goals one answers for, those behind first, and what one promised to do."""
    user, today = request.user, timezone.localdate()
    mine = Goal.objects.visible_to(user).filter(owner=user).running(today).select_related("owner", "team")
    goals = sorted((Pace(one, today) for one in mine[:20]), key=lambda pace: pace.projected or 9)
    proposals = Proposal.objects.visible_to(user).open().filter(owner=user).order_by("due_on")[:ON_HOME]
    if not goals and not proposals:
        return None
    return {"goals": goals[:ON_HOME], "proposals": proposals, "today": today}
