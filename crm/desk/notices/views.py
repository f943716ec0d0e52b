from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.desk.notices import services, telling
from crm.desk.notices.forms import WishesForm
from crm.desk.notices.models import Follow, Notice, Wishes
from crm.lib.htmx import render_part, wants_part
from crm.lib.paging import keyset
from customers.models import Customer
from customers.timeline.reading import event

IN_A_PAGE = 30


@require_GET
@needs("customer", "view")
def notice_list(request: UserRequest) -> HttpResponse:
    rows = Notice.objects.visible_to(request.user).select_related("customer", "entry__actor")
    if only_unread := request.GET.get("show") == "unread":
        rows = rows.unread()
    page = keyset(rows, "-created_at", request.GET.get("cursor", ""), size=IN_A_PAGE)
    told = [(notice, event(notice.entry)) for notice in page.rows]
    return render_part(
        request,
        "notices/list.html",
        "results",
        {"page": page, "told": told, "only_unread": only_unread},
    )


@require_GET
@needs("customer", "view")
def bell(request: UserRequest) -> HttpResponse:
    """The number beside the bell, asked for now and then by pages that stay open."""
    return render(request, "notices/_bell.html", {"unread_notices": telling.unread(request.user)})


@require_POST
@needs("customer", "view")
def reading(request: UserRequest, pk: int) -> HttpResponse:
    """Marks a notice as read and leads to what it is about."""
    notice = get_visible(Notice.objects.visible_to(request.user), pk)
    services.mark_read(request.user, notice=notice)
    return redirect(f"{reverse('customers:detail', args=[notice.customer_id])}#entry-{notice.entry_id}")


@require_POST
@needs("customer", "view")
def all_read(request: UserRequest) -> HttpResponse:
    services.mark_read(request.user)
    return redirect("notices:list")


@require_http_methods(["GET", "POST"])
@needs("customer", "view")
def wishes(request: UserRequest) -> HttpResponse:
    mine = Wishes.objects.filter(user=request.user).first()  # no customer data
    form = WishesForm(request.POST or None, instance=mine or Wishes(user=request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your wishes were saved."))
        return redirect("notices:wishes")
    follows = Follow.objects.visible_to(request.user).select_related("customer").order_by("-since")
    context = {"form": form, "follows": follows[:100]}
    return render(request, "notices/wishes.html", context)


@require_POST
@needs("customer", "view")
def follow(request: UserRequest, pk: int) -> HttpResponse:
    """Follows the customer, or with `off` no longer."""
    customer = get_visible(Customer.objects.visible_to(request.user), pk)
    is_followed = not request.POST.get("off")
    act = services.follow if is_followed else services.unfollow
    act(customer, by=request.user)
    if wants_part(request):
        return render(request, "notices/_follow.html", {"customer": customer, "is_followed": is_followed})
    return redirect("customers:detail", pk)
