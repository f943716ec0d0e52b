"""On the customer page: their conversations, and a form that writes to them first."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from channels.consent.models import Purpose
from channels.inbox import reaching, services
from channels.inbox.forms import StartForm
from channels.inbox.models import Conversation
from channels.models import Channel
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import offer_undo
from customers import composers, panels
from customers.models import Customer
from customers.touches.views import cleaned

SHOWN = 5


@require_POST
@needs("conversation", "create")
def start(request: UserRequest, pk: int) -> HttpResponse:
    """Writes to a customer: into the conversation that is open, or a new one."""
    customer = get_visible(Customer.objects.visible_to(request.user), pk)
    form = StartForm(request.POST)
    fields = cleaned(form)
    with transaction.atomic():
        conversation = services.start(customer, fields["channel"], by=request.user, subject=fields["subject"])
        message = services.reply(
            conversation,
            fields["channel"],
            fields["text"],
            by=request.user,
            subject=fields["subject"],
            template=fields["template"],
            fields=form.blanks,
            purpose=fields["purpose"] or Purpose.SERVICE.value,
            client_token=fields["client_token"],
        )
    undo = reverse("inbox:withdrawal", args=[conversation.pk, message.pk])
    if message.delivery is not None and message.delivery.state == message.delivery.State.READY:
        offer_undo(request, _("The message leaves in ten seconds."), undo)
    else:
        messages.success(request, _("The message is on its way."))
    return redirect("customers:detail", pk)


def register() -> None:
    composers.register(
        composers.Composer(
            "message",
            pgettext_lazy("composer", "Message"),
            "send",
            "inbox/_start.html",
            compose,
            needs=("conversation", "create"),
            order=40,
        )
    )
    panels.register(
        panels.Panel(
            "conversations",
            gettext_lazy("Conversations"),
            "inbox/_conversations.html",
            conversations,
            needs=("conversation", "view"),
            order=20,
        )
    )


def compose(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    found = Conversation.objects.open().filter(customer=customer, is_main=True).first()
    conversation = found or Conversation(customer=customer)
    ways = reaching.ways(conversation, list(Channel.objects.enabled().order_by("kind", "pk")))
    chosen = next((one for one in ways if one.is_proposed), None)
    return {
        "ways": ways,
        "way": chosen,
        "client_token": uuid4().hex,
        "open_conversation": found,
        "purposes": StartForm.PURPOSES,
    }


def conversations(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    rows = Conversation.objects.visible_to(request.user).filter(customer=customer, merged_into=None)
    found = list(rows.select_related("assignee").order_by("-last_at", "-pk")[:SHOWN])
    return {"conversations": found} if found else None
