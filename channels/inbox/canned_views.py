"""Canned replies: kept by those who answer, offered while one types."""

from typing import Any

from crispy_forms.helper import FormHelper
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.inbox import composing
from channels.inbox.forms import CannedForm
from channels.inbox.models import CannedReply
from channels.inbox.views import conversation_of
from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.models import Team
from crm.accounts.policy import Scope

MOST_SHOWN = 300


@require_GET
@needs("conversation", "edit")
def canned_list(request: UserRequest) -> HttpResponse:
    rows = CannedReply.objects.visible_to(request.user).select_related("team", "by")
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    if typed:
        rows = rows.filter(title__icontains=typed) | rows.filter(shortcut__istartswith=typed)
    context = {"rows": rows.order_by("title", "pk")[:MOST_SHOWN], "q": typed}
    return render(request, "inbox/canned.html", context)


@require_http_methods(["GET", "POST"])
@needs("conversation", "edit")
def canned_new(request: UserRequest) -> HttpResponse:
    return _edit(request, CannedReply(by=request.user))


@require_http_methods(["GET", "POST"])
@needs("conversation", "edit")
def canned(request: UserRequest, pk: int) -> HttpResponse:
    return _edit(request, get_visible(CannedReply.objects.visible_to(request.user, "edit"), pk))


@require_POST
@needs("conversation", "edit")
def canned_deletion(request: UserRequest, pk: int) -> HttpResponse:
    get_visible(CannedReply.objects.visible_to(request.user, "edit"), pk).delete()
    messages.success(request, _("The canned reply was deleted."))
    return redirect("inbox:canned-list")


@require_GET
@needs("conversation", "edit")
def offered(request: UserRequest, pk: int) -> HttpResponse:
    """Those that fit what was typed after a slash, with this conversation's names filled in."""
    found = conversation_of(request, pk, "edit")
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    context = {"canned": composing.canned(request.user, typed, found), "q": typed}
    return render(request, "inbox/_canned.html", context)


@require_POST
@needs("conversation", "edit")
def use(request: UserRequest, pk: int) -> HttpResponse:
    """Counted, so that those used often come first."""
    composing.count_use(get_visible(CannedReply.objects.visible_to(request.user), pk).pk)
    return HttpResponse(status=204)


def _edit(request: UserRequest, reply: CannedReply) -> HttpResponse:
    form = CannedForm(request.POST or None, instance=reply)
    if request.user.scope("conversation", "edit") < Scope.ALL:
        own: Any = form.fields["team"]
        own.queryset = Team.objects.filter(pk__in=request.user.team_tree_ids)
    form.helper = FormHelper(form)  # type: ignore[attr-defined]
    form.helper.form_tag, form.helper.disable_csrf = False, True  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The canned reply was saved."))
        return redirect("inbox:canned-list")
    context = {"form": form, "reply": reply}
    return render(request, "inbox/canned_form.html", context, status=422 if form.is_bound else 200)
