"""Saved lists: the page that shows them all, and what can be done with one."""

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.sharing import Audience
from crm.lib.htmx import render_part, wants_part
from crm.lib.paging import keyset
from customers.lists import services
from customers.lists.forms import ListForm
from customers.lists.models import Mark, SavedList


@require_GET
@needs("list", "view")
def saved_lists(request: UserRequest) -> HttpResponse:
    user = request.user
    marks = Mark.objects.filter(user=user, saved_list=OuterRef("pk"))  # no customer data
    rows = SavedList.objects.visible_to(user).select_related("owner", "team")
    rows = rows.annotate(
        is_pinned=Exists(marks.filter(is_pinned=True)), is_default=Exists(marks.filter(is_default=True))
    )
    page = keyset(rows, "name", request.GET.get("cursor", ""))
    here = [one.pk for one in page.rows]
    mine = SavedList.objects.visible_to(user, "edit").filter(pk__in=here)
    context = {"page": page, "mine": set(mine.values_list("pk", flat=True))}
    return render_part(request, "lists/list.html", "results", context)


@require_http_methods(["GET", "POST"])
@needs("list", "create")
def new(request: UserRequest) -> HttpResponse:
    is_post = request.method == "POST"
    form = ListForm(request.POST or None, user=request.user, instance=SavedList(owner=request.user))
    query = request.POST.get("query", "") if is_post else request.GET.urlencode()
    if not form.is_valid():
        context = {"form": form, "query": query, "in_dialog": wants_part(request)}
        return render_part(request, "lists/edit.html", "form", context, status=422 if is_post else 200)
    cleaned = form.cleaned_data
    kept = services.keep(
        cleaned["name"],
        query,
        by=request.user,
        audience=cleaned.get("audience", Audience.PRIVATE),
        team=cleaned.get("team"),
    )
    messages.success(request, _("The list was saved."))
    return redirect(address(kept))


@require_http_methods(["GET", "POST"])
@needs("list", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    kept = get_visible(SavedList.objects.visible_to(request.user, "edit"), pk)
    was = kept.audience
    form = ListForm(request.POST or None, user=request.user, instance=kept)
    if request.method == "POST" and form.is_valid():
        services.change(form.save(commit=False), by=request.user, was=was)
        messages.success(request, _("The list was saved."))
        return redirect("lists:list")
    status = 422 if request.method == "POST" else 200
    return render(request, "lists/edit.html", {"form": form, "kept": kept}, status=status)


@require_POST
@needs("list", "edit")
def question(request: UserRequest, pk: int) -> HttpResponse:
    """The list is to show what the address shows now."""
    kept = get_visible(SavedList.objects.visible_to(request.user, "edit"), pk)
    services.ask_anew(kept, request.POST.get("query", ""), by=request.user)
    messages.success(request, _("The list was saved."))
    return redirect(address(kept))


@require_POST
@needs("list", "create")
def copies(request: UserRequest, pk: int) -> HttpResponse:
    kept = get_visible(SavedList.objects.visible_to(request.user), pk)
    services.copy(kept, by=request.user)
    messages.success(request, _("You have a copy of your own now."))
    return redirect("lists:list")


@require_POST
@needs("list", "view")
def pin(request: UserRequest, pk: int) -> HttpResponse:
    kept = get_visible(SavedList.objects.visible_to(request.user), pk)
    services.pin(kept, by=request.user, pinned=request.POST.get("pinned") == "1")
    return redirect("lists:list")


@require_POST
@needs("list", "view")
def first(request: UserRequest) -> HttpResponse:
    """Which list the customers open with; no number means everybody."""
    number = request.POST.get("list", "")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        services.open_first(
            get_visible(SavedList.objects.visible_to(request.user), int(number)), by=request.user
        )
    else:
        services.open_first(None, by=request.user)
    return redirect("lists:list")


@require_POST
@needs("list", "edit")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    kept = get_visible(SavedList.objects.visible_to(request.user, "edit"), pk)
    services.delete(kept, by=request.user)
    messages.success(request, _("The list was deleted. The customers in it stay."))
    return redirect("lists:list")


def address(kept: SavedList) -> str:
    return f"{reverse('customers:list')}?{kept.address}"
