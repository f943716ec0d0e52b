"""Accounts through which we talk to customers."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels import services
from channels.chat import embedding
from channels.connectors.base import Trouble
from channels.forms import AvailabilityForm, ChannelForm, ConnectorChoice, choices
from channels.health import cards, connector_label
from channels.models import Channel
from crm.accounts.http import UserRequest, get_visible, needs

MOST_SHOWN = 100


@require_GET
@needs("channel", "view")
def channel_list(request: UserRequest) -> HttpResponse:
    rows = Channel.objects.visible_to(request.user).order_by("-enabled", "name")[:MOST_SHOWN]
    context = {"cards": cards(rows), "may_configure": request.user.may("channel", "configure")}
    context["currency"] = settings.DEFAULT_CURRENCY
    return render(request, "channels/list.html", context)


@require_http_methods(["GET", "POST"])
@needs("channel", "configure")
def new(request: UserRequest) -> HttpResponse:
    """Without a connector in the address, the choice of one."""
    connector = ConnectorChoice(request.GET).chosen()
    if connector is None:
        return render(request, "channels/connectors.html", {"groups": choices()})
    form = ChannelForm(request.POST or None, connector=connector)
    if request.method == "POST" and form.is_valid():
        form.instance.connector = connector.key
        made = services.save(
            form.save(commit=False), form.settings.config(), form.settings.new_secret(), by=request.user
        )
        messages.success(request, _("The channel “%(name)s” is ready.") % {"name": made})
        # There stands the address that the provider is to call.
        return redirect("channels:edit", made.pk) if connector.caps.pushes else redirect("channels:list")
    context = {"form": form, "connector": connector.label}
    return render(request, "channels/edit.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@needs("channel", "configure")
def edit(request: UserRequest, pk: int) -> HttpResponse:
    channel = get_visible(Channel.objects.visible_to(request.user, "configure"), pk)
    label, is_known = connector_label(channel)
    if not is_known:
        raise Http404
    connector = services.connector_of(channel)
    form = ChannelForm(request.POST or None, connector=connector, instance=channel)
    if request.method == "POST" and form.is_valid():
        services.save(
            form.save(commit=False), form.settings.config(), form.settings.new_secret(), by=request.user
        )
        messages.success(request, _("Your changes were saved."))
        return redirect("channels:list")
    address = services.address(channel) if connector.caps.pushes else ""
    context: dict[str, Any] = {"form": form, "connector": label, "channel": channel, "address": address}
    context |= {"is_reachable": address.startswith("https://"), "embedding": embedding.of(channel)}
    return render(request, "channels/edit.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@needs("channel", "configure")
def connection(request: UserRequest, pk: int) -> HttpResponse:
    """Tries the line to the provider; nothing is sent."""
    channel = get_visible(Channel.objects.visible_to(request.user, "configure"), pk)
    trouble = services.check(channel)
    if trouble is None:
        messages.success(request, _("“%(name)s” answers.") % {"name": channel})
    else:
        text = Trouble(trouble.reason.partition(": ")[0]).label
        messages.error(request, f"{channel}: {text}")
    return redirect("channels:list")


@require_POST
@needs("channel", "configure")
def availability(request: UserRequest, pk: int) -> HttpResponse:
    channel = get_visible(Channel.objects.visible_to(request.user, "configure"), pk)
    form = AvailabilityForm(request.POST)
    on = form.is_valid() and form.cleaned_data["enabled"]
    services.switch(channel, on=on, by=request.user)
    text = _("“%(name)s” is switched on.") if on else _("“%(name)s” is switched off.")
    messages.success(request, text % {"name": channel})
    return redirect("channels:list")
