"""Webhooks as administrators handle them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels.webhooks import events, services
from channels.webhooks.forms import SubscriptionForm
from channels.webhooks.models import Delivery, Subscription
from channels.webhooks.reading import cards, listed
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part
from crm.lib.paging import keyset


@require_GET
@needs("webhook", "view")
def webhook_list(request: UserRequest) -> HttpResponse:
    rows = Subscription.objects.visible_to(request.user).order_by("name")
    context = {"cards": cards(rows), "may_configure": request.user.may("webhook", "configure")}
    return render(request, "webhooks/list.html", context)


@require_http_methods(["GET", "POST"])
@needs("webhook", "configure")
def new(request: UserRequest) -> HttpResponse:
    form = SubscriptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = services.create(form.save(commit=False), by=request.user)
        return render(request, "webhooks/secret.html", {"webhook": form.instance, "secret": secret})
    status = 422 if request.method == "POST" else 200
    return render(request, "webhooks/edit.html", {"form": form}, status=status)


@require_GET
@needs("webhook", "view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    webhook = get_visible(Subscription.objects.visible_to(request.user), pk)
    rows = Delivery.objects.visible_to(request.user).filter(subscription=webhook).select_related("event")
    page = keyset(rows, "-id", request.GET.get("cursor", ""))
    context = {
        "webhook": webhook,
        "page": page,
        "deliveries": listed(page.rows),
        "kinds": [events.KINDS.get(one, one) for one in webhook.events],
        "may_configure": request.user.may("webhook", "configure"),
    }
    return render_part(request, "webhooks/detail.html", "deliveries", context)


@require_http_methods(["GET", "POST"])
@needs("webhook", "configure")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    webhook = get_visible(Subscription.objects.visible_to(request.user, "configure"), pk)
    form = SubscriptionForm(request.POST or None, instance=webhook)
    if request.method == "POST" and form.is_valid():
        services.change(form.save(commit=False), by=request.user)
        messages.success(request, _("Your changes were saved."))
        return redirect("webhooks:detail", pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "webhooks/edit.html", {"form": form, "webhook": webhook}, status=status)


@require_POST
@needs("webhook", "configure")
def secret(request: UserRequest, pk: int) -> HttpResponse:
    webhook = get_visible(Subscription.objects.visible_to(request.user, "configure"), pk)
    made = services.rotate(webhook, by=request.user)
    return render(request, "webhooks/secret.html", {"webhook": webhook, "secret": made, "is_rotated": True})


@require_POST
@needs("webhook", "configure")
def ping(request: UserRequest, pk: int) -> HttpResponse:
    webhook = get_visible(Subscription.objects.visible_to(request.user, "configure"), pk)
    services.ping(webhook, by=request.user)
    messages.success(request, _("A test event is on its way."))
    return redirect("webhooks:detail", pk)


@require_POST
@needs("webhook", "configure")
def deletion(request: UserRequest, pk: int) -> HttpResponse:
    services.delete(
        get_visible(Subscription.objects.visible_to(request.user, "configure"), pk), by=request.user
    )
    messages.success(request, _("The webhook was deleted."))
    return redirect("webhooks:list")


@require_POST
@needs("webhook", "configure")
def redelivery(request: UserRequest, pk: int, delivery_pk: int) -> HttpResponse:
    rows = Delivery.objects.visible_to(request.user, "configure").filter(subscription=pk)
    services.redeliver(get_visible(rows, delivery_pk), by=request.user)
    messages.success(request, _("The event is on its way again."))
    return redirect("webhooks:detail", pk)
