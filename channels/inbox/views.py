"""The inbox: queues, the list of one, and a conversation with everything around it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from channels.inbox import composing, queues, reading, settling, tools
from channels.inbox.forms import AssignmentForm
from channels.inbox.models import Conversation, ConversationQuerySet, Message
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part, wants_part
from customers import panels
from customers.models import Customer
from customers.touches import mentions

# What of the customer page stands beside a conversation too.
BESIDE = ("value", "orders", "consent")
MOST_OTHERS = 5
RELATED = ("customer", "assignee", "team", "channel", "merged_into", "split_from")


@require_GET
@needs("conversation", "view")
def inbox(request: UserRequest) -> HttpResponse:
    """A queue: all three columns, or for htmx only the list."""
    return render_part(request, "inbox/page.html", "list", framed(request, None))


@require_GET
@needs("conversation", "view")
def conversation(request: UserRequest, pk: int) -> HttpResponse:
    """One conversation beside its queue, or for htmx only the conversation."""
    found = conversation_of(request, pk)
    if wants_part(request):
        return render_part(request, "inbox/conversation.html", "pane", opened(request, found))
    return render(request, "inbox/page.html", framed(request, found) | opened(request, found))


@require_GET
@needs("conversation", "view")
def queue_list(request: UserRequest) -> HttpResponse:
    """The queues with how much is in each."""
    return render(request, "inbox/_queues.html", _queues(request))


@require_GET
@needs("conversation", "view")
def waiting(request: UserRequest) -> HttpResponse:
    """The number beside the entry of the navigation."""
    count = queues.waiting_for(request.user)
    shown = f"{queues.MOST_COUNTED}+" if count > queues.MOST_COUNTED else str(count or "")
    return render(request, "inbox/_waiting.html", {"count": count, "shown": shown})


@require_GET
@needs("conversation", "view")
def messages(request: UserRequest, pk: int) -> HttpResponse:
    """The stream anew from the first message that is shown on, or older ones; the head comes along."""
    found = conversation_of(request, pk)
    if before := _number(request, "before"):
        context = {"conversation": found, "stream": reading.stream(found, before=before), "is_older": True}
        return render(request, "inbox/_older.html", context | _may(request, found))
    stream = reading.stream(found, since=_number(request, "since"))
    reading.look(request.user, found, stream.newest)
    context = {"conversation": found, "stream": stream, "is_update": True, **_may(request, found)}
    return render(request, "inbox/_stream.html", context)


@require_GET
@needs("conversation", "view")
def here(request: UserRequest, pk: int) -> HttpResponse:
    """Who else looks at it, and whether they type."""
    found = conversation_of(request, pk)
    others = reading.others_here(request.user, found)
    context = {"others": others, "customer_types": reading.visitor_types(found), "conversation": found}
    return render(request, "inbox/_here.html", context)


@require_GET
@needs("conversation", "view")
def panel(request: UserRequest, pk: int) -> HttpResponse:
    """Who one talks to: only what the reader may see of them."""
    found = conversation_of(request, pk)
    seen = Customer.objects.visible_to(request.user).filter(pk=found.customer_id)
    customer = seen.select_related("owner").first()
    context: dict[str, Any] = {"conversation": found, "customer": customer}
    context["blocks"] = tools.blocks_for(request, found)
    if customer:
        keys = (panels.find(key, request.user) for key in BESIDE)
        context["panels"] = [(one, "") for one in keys if one is not None]
    context["others"] = others_of(request, found)
    return render(request, "inbox/_panel.html", context)


@require_GET
@needs("conversation", "edit")
def composer(request: UserRequest, pk: int) -> HttpResponse:
    """The form below the stream, for an answer or for a note."""
    found = conversation_of(request, pk, "edit")
    is_note = request.GET.get("tab") == "note"
    context = composing.desk(request.user, found, is_note=is_note)
    return render(request, "inbox/_composer.html", context)


@require_GET
@needs("conversation", "edit")
def colleagues(request: UserRequest, pk: int) -> HttpResponse:
    """Whom one may mean by the letters after an @."""
    found = conversation_of(request, pk, "edit")
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    offered = mentions.offered(typed, found.customer)
    return render(request, "touches/_colleagues.html", {"colleagues": offered})


@require_GET
@needs("conversation", "edit")
def handover(request: UserRequest, pk: int) -> HttpResponse:
    """The form that gives it to somebody else, beside the page."""
    found = conversation_of(request, pk, "edit")
    form = AssignmentForm(conversation=found)
    context = {"conversation": found, "form": form, "may_assign": request.user.may("conversation", "assign")}
    return render_part(request, "inbox/handover.html", "drawer", context)


@require_GET
@needs("conversation", "edit")
def joining(request: UserRequest, pk: int) -> HttpResponse:
    """The customer's other conversations, to become one with."""
    found = conversation_of(request, pk, "edit")
    context = {"conversation": found, "others": others_of(request, found, "edit")}
    return render_part(request, "inbox/joining.html", "drawer", context)


def conversation_of(request: UserRequest, pk: int, action: str = "view") -> Conversation:
    rows = Conversation.objects.visible_to(request.user, action).select_related(*RELATED)
    return get_visible(rows, pk)


def message_of(request: UserRequest, pk: int, message_pk: int, action: str = "edit") -> Message:
    held = conversation_of(request, pk, action)
    rows = Message.objects.visible_to(request.user, action).filter(conversation=held)
    message = get_visible(rows.select_related("delivery", "channel"), message_pk)
    message.conversation = held
    return message


def others_of(request: UserRequest, found: Conversation, action: str = "view") -> list[Conversation]:
    rows: ConversationQuerySet = Conversation.objects.visible_to(request.user, action)
    rows = rows.filter(customer=found.customer_id).exclude(pk=found.pk).filter(merged_into=None)
    return list(rows.select_related("assignee").order_by("-last_at", "-pk")[:MOST_OTHERS])


def opened(request: UserRequest, found: Conversation) -> dict[str, Any]:
    """What the template of one conversation needs."""
    stream = reading.stream(found)
    reading.look(request.user, found, stream.newest)
    context: dict[str, Any] = {"conversation": found, "stream": stream, **_may(request, found)}
    if context["may"]["edit"]:
        context |= composing.desk(request.user, found, newest=stream.newest)
    if found.is_unsure:
        seen = Customer.objects.visible_to(request.user)
        context["candidates"] = seen.filter(pk__in=[one.pk for one in settling.candidates(found)])
    return context


def _may(request: UserRequest, found: Conversation) -> dict[str, Any]:
    edit = Conversation.objects.visible_to(request.user, "edit").filter(pk=found.pk).exists()
    sees = Customer.objects.visible_to(request.user).filter(pk=found.customer_id).exists()
    return {
        "may": {
            "edit": edit,
            "assign": edit and request.user.may("conversation", "assign"),
            "customer": sees,
        },
        "reasons": [one for one in Conversation.Reason.choices if one[0] != Conversation.Reason.DUPLICATE],
        "priorities": Conversation.Priority.choices,
        "queue_key": request.GET.get("queue", ""),
    }


def framed(request: UserRequest, found: Conversation | None) -> dict[str, Any]:
    queue = queues.find(request.GET.get("queue", "mine"), request.user)
    page = queues.page(queue, request.user, request.GET.get("cursor", ""))
    return {
        "queue": queue,
        "page": page,
        "rows": reading.listed(request.user, page.rows),
        "opened_pk": found.pk if found else 0,
        "list_url": f"{reverse('inbox:list')}?{_kept(request, queue.key)}",
        "empty": _("Nothing waits here."),
        "may_configure": request.user.may("conversation", "edit"),
        # Whoever opens one conversation waits for that; how full the queues are comes right after it.
        **_queues(request, queue, counts=None if found is None else {}),
        "counts_later": found is not None,
    }


def _kept(request: UserRequest, key: str) -> str:
    """The list one is in, so that going on from a conversation goes on in it."""
    asked = request.GET.copy()
    asked["queue"] = key
    return asked.urlencode()


def _queues(
    request: UserRequest, current: queues.Queue | None = None, *, counts: dict[str, int] | None = None
) -> dict[str, Any]:
    offered = queues.all_for(request.user)
    if counts is None:
        counts = queues.counts(offered, request.user)
    many = queues.MOST_COUNTED
    shown = [
        (one, f"{many}+" if counts.get(one.key, 0) > many else counts.get(one.key) or "") for one in offered
    ]
    chosen = current.key if current else queues.find(request.GET.get("queue", "mine"), request.user).key
    return {"queues": shown, "queue_key": chosen}


def _number(request: UserRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
