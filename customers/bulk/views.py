"""Choosing many customers, looking at what a change would do, doing it, undoing it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import render_part
from crm.lib.paging import keyset
from customers.bulk import actions, services
from customers.bulk.actions import Action
from customers.bulk.models import BulkJob
from customers.bulk.previewing import Preview
from customers.bulk.standard_actions import EDITABLE, field_label

MOST_IDS = 1_000


@require_GET
@needs("customer", "view")
def bulk_list(request: UserRequest) -> HttpResponse:
    jobs = BulkJob.objects.visible_to(request.user).exclude(status=BulkJob.Status.DRAFT)
    page = keyset(jobs, "-created_at", request.GET.get("cursor", ""))
    rows = [(job, actions.known(job.action)) for job in page.rows]
    return render_part(request, "bulk/list.html", "results", {"page": page, "rows": rows})


@require_POST
@needs("customer", "view")
def new(request: UserRequest, key: str) -> HttpResponse:
    """The ticked customers, or all that match the list's address."""
    action = _action(request, key)
    asked = request.POST.getlist("ids")[:MOST_IDS]
    ids = [int(pk) for pk in asked if pk.isascii() and pk.isdecimal() and len(pk) < 19]
    if request.POST.get("matching") == "1":
        ids = []
    elif not ids:
        raise BadInput(_("Choose some customers first."))
    job = services.choose(action, ids=ids, query=request.GET.urlencode(), by=request.user)
    return redirect("bulk:detail", job.pk)


@require_GET
@needs("customer", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    job = get_visible(BulkJob.objects.visible_to(request.user).select_related("created_by"), pk)
    return render_part(request, "bulk/detail.html", "state", _page(request, job))


@require_POST
@needs("customer", "view")
def preview(request: UserRequest, pk: int) -> HttpResponse:
    """A POST that changes nothing: what would become of the customers, given the form as it stands."""
    job = get_visible(BulkJob.objects.visible_to(request.user).select_related("created_by"), pk)
    return render_part(request, "bulk/detail.html", "preview", _page(request, job, request.POST))


@require_POST
@needs("customer", "view")
def run(request: UserRequest, pk: int) -> HttpResponse:
    job = get_visible(BulkJob.objects.visible_to(request.user).select_related("created_by"), pk)
    action = _action(request, job.action)
    form = action.form(request.user, request.POST)
    if not form.is_valid():
        return render_part(
            request, "bulk/detail.html", "state", _page(request, job, request.POST), status=422
        )
    services.start(job, action, action.params(form.cleaned_data, request.user), by=request.user)
    return redirect("bulk:detail", pk)


@require_POST
@needs("customer", "view")
def cancellation(request: UserRequest, pk: int) -> HttpResponse:
    job = get_visible(BulkJob.objects.visible_to(request.user), pk)
    services.cancel(job, by=request.user)
    messages.info(request, _("The change was stopped. What was changed already can be undone."))
    return redirect("bulk:detail", pk)


@require_POST
@needs("customer", "view")
def undoing(request: UserRequest, pk: int) -> HttpResponse:
    job = get_visible(BulkJob.objects.visible_to(request.user), pk)
    services.undo(job, by=request.user)
    return redirect("bulk:detail", pk)


def _action(request: UserRequest, key: str) -> Action:
    action = actions.find(key, request.user)
    if action is None:
        raise Http404
    return action


def _page(request: UserRequest, job: BulkJob, data: Any = None) -> dict[str, Any]:
    action = actions.known(job.action)
    context: dict[str, Any] = {
        "job": job,
        "action": action,
        "list_url": f"{reverse('customers:list')}?{job.query or 'view='}",
    }
    if action and job.status == BulkJob.Status.DRAFT:
        action = _action(request, job.action)
        form = action.form(request.user, data, request.GET.get("field", ""))
        # An action that asks nothing is complete as it stands.
        complete = action.form(request.user, data or {})
        params = action.params(complete.cleaned_data, request.user) if complete.is_valid() else None
        context |= {
            "form": form,
            "preview": Preview(job, action, params),
            "told": action.told(params) if params else "",
        }
        if job.action == "edit":
            context["fields"] = [(name, field_label(name)) for name in EDITABLE]
            context["field"] = form.fields["field"].initial
    elif action and job.params:
        context["told"] = action.told(job.params)
    return context
