"""Categories, and how the knowledge base is used."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.knowledge import statistics
from channels.knowledge.forms import CategoryForm
from channels.knowledge.models import Article, Category
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import Refused


@require_http_methods(["GET", "POST"])
@needs("knowledge", "approve")
def categories(request: UserRequest) -> HttpResponse:
    """All of them, and a form for one more."""
    return _categories(request, CategoryForm(request.POST or None, user=request.user))


@require_http_methods(["GET", "POST"])
@needs("knowledge", "approve")
def category(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Category.objects.visible_to(request.user, "approve"), pk)
    return _categories(request, CategoryForm(request.POST or None, user=request.user, instance=found))


@require_POST
@needs("knowledge", "approve")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(Category.objects.visible_to(request.user, "approve"), pk)
    if found.children.exists() or Article.objects.visible_to(request.user).filter(category=found).exists():
        raise Refused(_("Something stands on this shelf. Move it first."))
    found.delete()
    messages.success(request, _("The category was deleted."))
    return redirect("knowledge:categories")


@require_GET
@needs("knowledge", "edit")
def usage(request: UserRequest) -> HttpResponse:
    """What is read, helps and is put into replies, and what was searched for in vain."""
    days = statistics.days_of(request.GET.get("days", ""))
    context = {
        "days": days,
        "periods": statistics.PERIODS,
        "rows": statistics.articles(request.user, days),
        "missed": statistics.missed(request.user, days),
    }
    return render(request, "knowledge/usage.html", context)


def _categories(request: UserRequest, form: CategoryForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The category was saved."))
        return redirect("knowledge:categories")
    every = list(Category.objects.visible_to(request.user))
    shelves = [
        (upper, [one for one in every if one.parent_id == upper.pk]) for upper in every if not upper.parent_id
    ]
    context = {"form": form, "shelves": shelves, "chosen": form.instance if form.instance.pk else None}
    status = 422 if request.method == "POST" else 200
    return render(request, "knowledge/categories.html", context, status=status)
