"""Posts on social networks: the calendar, the list, one post and what may be done with it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from channels.campaigns.public_views import visit_of
from channels.models import Channel
from channels.social import calendars, links, services
from channels.social.forms import DayForm, PostForm
from channels.social.models import SocialPost
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput
from crm.lib.htmx import add_event, no_content, render_part, wants_part
from crm.lib.limits import limit
from crm.lib.paging import keyset

PER_MINUTE = 240


@require_GET
@needs("social", "view")
def calendar(request: UserRequest) -> HttpResponse:
    posts = SocialPost.objects.visible_to(request.user)
    found = calendars.of(posts, request.GET.get("span", ""), request.GET.get("on", ""))
    shown = (post for week in found.weeks for cell in week for post in cell.entries)
    movable = {post.pk for post in shown if post.may_be_moved_by(request.user)}
    may_create = request.user.may("social", "create")
    context = {"calendar": found, "may_create": may_create, "movable": movable}
    return render_part(request, "social/calendar.html", "grid", context)


@require_GET
@needs("social", "view")
def post_list(request: UserRequest) -> HttpResponse:
    posts = SocialPost.objects.visible_to(request.user).prefetch_related("postings__channel")
    page = keyset(posts.annotate(clicks=Sum("postings__clicks")), "-at", request.GET.get("cursor", ""))
    return render_part(request, "social/list.html", "results", {"page": page})


@require_http_methods(["GET", "POST"])
@needs("social", "create")
def new(request: UserRequest) -> HttpResponse:
    day = request.GET.get("on", "")
    at = timezone.localtime().replace(minute=0, second=0, microsecond=0)
    initial = {"at": f"{day}T10:00"} if len(day) == 10 else {"at": at}
    return _form(request, SocialPost(created_by=request.user), initial)


@require_http_methods(["GET", "POST"])
@needs("social", "edit")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    return _form(request, get_visible(SocialPost.objects.visible_to(request.user, "edit"), pk), {})


@require_GET
@needs("social", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    rows = SocialPost.objects.visible_to(request.user).select_related("created_by", "approved_by")
    post = get_visible(rows, pk)
    may = {action: request.user.may("social", action) for action in ("edit", "send")}
    may["approve"] = SocialPost.objects.visible_to(request.user, "approve").filter(pk=pk).exists()
    postings = list(post.postings.select_related("channel", "post"))
    context = {"post": post, "rows": [(one, links.of(one)) for one in postings], "may": may}
    return render(request, "social/detail.html", context)


@require_POST
@needs("social", "edit")
def day(request: UserRequest, pk: int) -> HttpResponse:
    post, form = get_visible(SocialPost.objects.visible_to(request.user, "edit"), pk), DayForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("There is no such day."))
    services.move(post, form.cleaned_data["until"], by=request.user)
    if wants_part(request):
        return add_event(no_content(request), "posts-changed")
    return redirect("social:detail", pk)


@require_POST
@needs("social", "approve")
def approval(request: UserRequest, pk: int) -> HttpResponse:
    services.approve(get_visible(SocialPost.objects.visible_to(request.user, "approve"), pk), by=request.user)
    return redirect("social:detail", pk)


@require_POST
@needs("social", "send")
def schedule(request: UserRequest, pk: int) -> HttpResponse:
    services.schedule(get_visible(SocialPost.objects.visible_to(request.user, "send"), pk), by=request.user)
    messages.success(request, _("It goes out by itself."))
    return redirect("social:detail", pk)


@require_POST
@needs("social", "send")
def withdrawal(request: UserRequest, pk: int) -> HttpResponse:
    services.take_back(get_visible(SocialPost.objects.visible_to(request.user, "send"), pk), by=request.user)
    return redirect("social:detail", pk)


@require_POST
@needs("social", "edit")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    services.delete(get_visible(SocialPost.objects.visible_to(request.user, "edit"), pk), by=request.user)
    return redirect("social:calendar")


@login_not_required
@require_safe
def click(request: HttpRequest, token: str) -> HttpResponse:
    counts = request.method == "GET" and not limit(request, "social", PER_MINUTE)
    url = links.followed(token, visit_of(request) if counts else None)
    if url is None:
        return render(request, "mail/nowhere.html")
    return HttpResponseRedirect(url, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _form(request: UserRequest, post: SocialPost, initial: dict[str, Any]) -> HttpResponse:
    accounts = list(Channel.objects.enabled().filter(kind="social").order_by("pk"))  # no customer data
    form = PostForm(request.POST or None, instance=post, initial=initial, accounts=accounts)
    if request.method == "POST" and form.is_valid():
        saved = services.save(form.save(commit=False), form.texts, by=request.user)
        return redirect("social:detail", saved.pk)
    context = {"form": form, "post": post if post.pk else None, "accounts": accounts}
    return render(request, "social/edit.html", context, status=422 if form.errors else 200)
