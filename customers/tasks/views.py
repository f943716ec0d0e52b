"""My day, the list of tasks, the form in the drawer, and what can be done with one task."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import add_event, came_from, no_content, offer_undo, render_part, wants_part
from crm.lib.templatetags.ui import day_name
from customers import search
from customers.models import Customer
from customers.tasks import days, filters, reminding, services, teamwork
from customers.tasks.forms import FollowUpForm, HandoverForm, SnoozeForm, TaskForm
from customers.tasks.listing import Listing
from customers.tasks.models import Task

CHANGED = "tasks-changed"
CANDIDATES = 6


@require_GET
@needs("task", "view")
def my_day(request: UserRequest) -> HttpResponse:
    context = {"day": days.of(request.user), "worklists": filters.worklists(), **frame(request, "day")}
    return render_part(request, "tasks/day.html", "day", context)


@require_GET
@needs("task", "view")
def task_list(request: UserRequest) -> HttpResponse:
    context = {"listing": Listing(request.user, request.GET), **frame(request, "list")}
    return render_part(request, "tasks/list.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("task", "create")
def new(request: UserRequest) -> HttpResponse:
    if request.method == "GET":
        asked = {name: request.GET.get(name) for name in ("customer", "due_on") if request.GET.get(name)}
        return form_page(request, TaskForm(initial=asked, user=request.user))
    form = TaskForm(request.POST, user=request.user)
    if not form.is_valid():
        return form_page(request, form)
    task = services.create(form.cleaned_data, by=request.user)
    return saved(request, task, _("The task was added."))


@require_http_methods(["GET", "POST"])
@needs("task", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    task = get_visible(Task.objects.visible_to(request.user, "edit").select_related("customer"), pk)
    form = TaskForm(request.POST or None, instance=task, user=request.user)
    if request.method == "GET" or not form.is_valid():
        return form_page(request, form)
    services.update(Task(pk=pk), form.cleaned_data, by=request.user)
    return saved(request, task, _("Your changes were saved."))


@require_GET
@needs("task", "create")
def candidates(request: UserRequest) -> HttpResponse:
    """Customers to choose from while their name is being typed."""
    text = request.GET.get("customer_name", "").strip()
    visible = Customer.objects.visible_to(request.user)
    found = search.find(visible, text, CANDIDATES) if text else []
    return render(request, "tasks/_candidates.html", {"candidates": found, "text": text})


@require_POST
@needs("task", "edit")
def completion(request: UserRequest, pk: int) -> HttpResponse:
    task = editable(request, pk)
    again = services.complete(task, by=request.user)
    if again:
        text = _("Done. It comes back: %(day)s.")
        messages.success(request, text % {"day": day_name(again.due_on)})
    return answer(request, task)


@require_POST
@needs("task", "edit")
def reopening(request: UserRequest, pk: int) -> HttpResponse:
    task = editable(request, pk)
    services.reopen(task, by=request.user)
    return changed(request)


@require_POST
@needs("task", "edit")
def cancellation(request: UserRequest, pk: int) -> HttpResponse:
    services.cancel(editable(request, pk), by=request.user)
    offer_undo(request, _("The task was cancelled."), reverse("tasks:reopening", args=[pk]))
    return changed(request)


@require_POST
@needs("task", "edit")
def snooze(request: UserRequest, pk: int) -> HttpResponse:
    task, form = editable(request, pk), SnoozeForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Choose a day that is still to come."))
    until = form.cleaned_data["until"]
    services.snooze(task, until, by=request.user)
    text = _("Put off: %(day)s.") if until > task.due_on else _("Brought forward: %(day)s.")
    messages.success(request, text % {"day": day_name(until)})
    return changed(request)


@require_GET
@needs("task", "view")
def raised(request: UserRequest) -> HttpResponse:
    """What stands in the corner of every page: tasks that ask for attention."""
    found = reminding.raised(request.user)
    shown = found[: reminding.SHOWN]
    return render(request, "tasks/_raised.html", {"tasks": shown, "has_more": len(found) > len(shown)})


@require_POST
@needs("task", "view")
def attention(request: UserRequest) -> HttpResponse:
    """Seen: one task, or all."""
    number = request.POST.get("task", "")
    rows = Task.objects.visible_to(request.user).filter(assignee=request.user)
    task = get_visible(rows, int(number)) if number.isdecimal() and len(number) < 19 else None
    reminding.lower(request.user, task)
    return changed(request)


@require_http_methods(["GET", "POST"])
@needs("customer", "edit")
def follow_up(request: UserRequest, pk: int) -> HttpResponse:
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    initial = {"done": request.GET.get("task")}
    form = FollowUpForm(request.POST or None, user=request.user, customer=customer, initial=initial)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 422
        context = {"form": form, "customer": customer}
        return render_part(request, "tasks/follow_up.html", "form", context, status)
    fields, step = form.cleaned_data, form.step(request.user)
    happened, text, done = fields["happened"], fields["text"], fields["done"]
    task = services.follow_up(customer, happened=happened, text=text, step=step, done=done, by=request.user)
    message = _("Logged. The next step is planned.") if task else _("Logged.")
    messages.success(request, message)
    response = closed(request, customer)
    if request.htmx.current_url_abs_path == reverse("customers:detail", args=[pk]):
        # The timeline behind the drawer has something new to tell.
        response["HX-Refresh"] = "true"
    return response


@require_GET
@needs("workload", "view")
def team(request: UserRequest) -> HttpResponse:
    context: dict[str, Any] = {"people": teamwork.today(request.user), **frame(request, "team")}
    if request.user.may("workload", "assign"):
        context["form"] = HandoverForm(user=request.user)
    return render(request, "tasks/team.html", context)


@require_POST
@needs("workload", "assign")
def handover(request: UserRequest) -> HttpResponse:
    form = HandoverForm(request.POST, user=request.user)
    if not form.is_valid():
        raise BadInput(_("Please choose two colleagues."))
    given = services.hand_over(form.cleaned_data["leaving"], form.cleaned_data["to"], by=request.user)
    text = ngettext("%(number)s task was handed over.", "%(number)s tasks were handed over.", given.moved)
    messages.success(request, text % {"number": f"{given.moved:,}"})
    if given.kept:
        text = ngettext(
            "%(number)s task stays: its customer may not be seen by the other.",
            "%(number)s tasks stay: their customers may not be seen by the other.",
            given.kept,
        )
        messages.warning(request, text % {"number": f"{given.kept:,}"})
    return redirect("tasks:team")


def frame(request: UserRequest, tab: str) -> dict[str, Any]:
    """What the tabs above every page of tasks need."""
    return {"tab": tab, "may_lead": request.user.may("workload", "view")}


def editable(request: UserRequest, pk: int) -> Task:
    rows = Task.objects.visible_to(request.user, "edit")
    return get_visible(rows.select_related("customer", "assignee", "created_by"), pk)


def form_page(request: UserRequest, form: TaskForm) -> HttpResponse:
    task = form.instance if form.instance.pk else None
    context = {"form": form, "task": task, "customer": form.customer}
    return render_part(request, "tasks/form.html", "form", context, 422 if form.is_bound else 200)


def saved(request: UserRequest, task: Task, message: str) -> HttpResponse:
    messages.success(request, message)
    return closed(request, task.customer)


def closed(request: UserRequest, customer: Customer | None) -> HttpResponse:
    """After a form: the drawer shuts and what lies behind it is told; without htmx the page behind it."""
    if wants_part(request):
        return add_event(add_event(no_content(request), CHANGED), "closes")
    return redirect("customers:detail", customer.pk) if customer else redirect("tasks:day")


def answer(request: UserRequest, task: Task) -> HttpResponse:
    """The row as it is now, in place of the one that was pressed."""
    if request.POST.get("where") == "raised":
        return changed(request)
    if wants_part(request):
        context = {"task": task, "where": request.POST.get("where", "")}
        return render_part(request, "tasks/_task.html", "row", context)
    return redirect(came_from(request, "tasks:day"))


def changed(request: UserRequest) -> HttpResponse:
    if wants_part(request):
        return add_event(no_content(request), CHANGED)
    return redirect(came_from(request, "tasks:day"))
