"""What is done to a conversation: each a POST that changes one thing and shows the conversation anew."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from channels.inbox import composing, sending, services, settling
from channels.inbox.enclosing import keep
from channels.inbox.forms import AssignmentForm, ReplyForm, SnoozeForm, SubjectForm, WordsForm
from channels.inbox.models import Conversation, Message
from channels.inbox.views import conversation_of, framed, message_of, opened
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.errors import BadInput, Refused
from crm.lib.htmx import add_event, add_messages, done, no_content, offer_undo, wants_part
from customers.models import Customer
from customers.touches.views import cleaned

CHANGED = "conversation-changed"


@require_POST
@needs("conversation", "edit")
def replies(request: UserRequest, pk: int) -> HttpResponse:
    """An answer to the customer; it leaves ten seconds later."""
    found = conversation_of(request, pk, "edit")
    form = ReplyForm(request.POST)
    fields = cleaned(form)
    try:
        message = services.reply(
            found,
            fields["channel"],
            fields["text"],
            by=request.user,
            subject=fields["subject"],
            files=keep(request.FILES.getlist("files")),
            template=fields["template"],
            fields=form.blanks,
            client_token=fields["client_token"],
            seen=None if fields["anyway"] else fields["seen"],
        )
    except services.Overtaken as overtaken:
        return _warned(request, found, fields, str(overtaken))
    composing.forget(request.user, found, is_note=False)
    _offer_to_take_back(request, message)
    return _composed(request, found)


@require_POST
@needs("conversation", "edit")
def notes(request: UserRequest, pk: int) -> HttpResponse:
    found = conversation_of(request, pk, "edit")
    fields = cleaned(WordsForm(request.POST))
    files = keep(request.FILES.getlist("files"))
    token = fields["client_token"]
    services.note(found, fields["text"], by=request.user, files=files, client_token=token)
    composing.forget(request.user, found, is_note=True)
    return _composed(request, found, is_note=True)


@require_POST
@needs("conversation", "edit")
def draft(request: UserRequest, pk: int) -> HttpResponse:
    """Keeps what was typed so far; with `show` the composer is shown anew, for what was chosen."""
    found = conversation_of(request, pk, "edit")
    is_note = request.POST.get("tab") == "note"
    form = ReplyForm(request.POST)
    form.is_valid()
    text, subject = form.cleaned_data.get("text", ""), form.cleaned_data.get("subject", "")
    channel = None if is_note else form.cleaned_data.get("channel")
    composing.keep(request.user, found, is_note=is_note, text=text, subject=subject, channel=channel)
    if not (show := request.POST.get("show", "")):
        return HttpResponse(status=204)
    context = composing.desk(request.user, found, is_note=show == "note")
    return render(request, "inbox/_composer.html", context)


@require_POST
@needs("conversation", "edit")
def withdrawal(request: UserRequest, pk: int, message_pk: int) -> HttpResponse:
    """Takes an answer back; its words go on as a draft."""
    message = message_of(request, pk, message_pk)
    taken = sending.withdraw(message, by=request.user)
    conversation, subject = message.conversation, taken.subject
    composing.keep(
        request.user, conversation, is_note=False, text=taken.text, subject=subject, channel=taken.channel
    )
    messages.success(request, _("The message was taken back."))
    return done(request, reverse("inbox:conversation", args=[pk]))


@require_POST
@needs("conversation", "edit")
def repetition(request: UserRequest, pk: int, message_pk: int) -> HttpResponse:
    """Sends an answer again that failed, or of which nobody knows."""
    sending.send_again(message_of(request, pk, message_pk), by=request.user)
    messages.success(request, _("The message is on its way again."))
    return changed(request, pk)


@require_POST
@needs("conversation", "edit")
def assignment(request: UserRequest, pk: int) -> HttpResponse:
    """To oneself, or to whoever was chosen."""
    found = conversation_of(request, pk, "edit")
    if request.POST.get("to") == "me":
        services.assign(found, request.user, by=request.user)
        return changed(request, pk)
    if not request.user.may("conversation", "assign"):
        raise Refused(_("You may take conversations, but not give them to others."))
    fields = cleaned(AssignmentForm(request.POST, conversation=found))
    if fields["team"] and not fields["to"]:
        services.hand_over(found, fields["team"], by=request.user, why=fields["why"])
    else:
        services.assign(found, fields["to"], by=request.user, team=fields["team"], why=fields["why"])
    return add_event(changed(request, pk), "closes")


@require_POST
@needs("conversation", "edit")
def nap(request: UserRequest, pk: int) -> HttpResponse:
    """Snoozes it, or with `off` wakes it."""
    found = conversation_of(request, pk, "edit")
    if request.POST.get("off"):
        services.wake(found, by=request.user)
        return changed(request, pk)
    form = SnoozeForm(request.POST)
    cleaned(form)
    services.snooze(found, form.moment, by=request.user)
    return changed(request, pk)


@require_POST
@needs("conversation", "edit")
def closure(request: UserRequest, pk: int) -> HttpResponse:
    """Closes it with a reason, or with `off` opens it again."""
    found = conversation_of(request, pk, "edit")
    if request.POST.get("off"):
        services.reopen(found, by=request.user)
        return changed(request, pk)
    services.close(found, request.POST.get("reason", ""), by=request.user)
    offer_undo(request, _("The conversation was closed."), reverse("inbox:reopening", args=[pk]))
    return changed(request, pk)


@require_POST
@needs("conversation", "edit")
def reopening(request: UserRequest, pk: int) -> HttpResponse:
    services.reopen(conversation_of(request, pk, "edit"), by=request.user)
    return done(request, reverse("inbox:conversation", args=[pk]))


@require_POST
@needs("conversation", "edit")
def facts(request: UserRequest, pk: int) -> HttpResponse:
    """Subject, tags and priority: whichever is sent."""
    found = conversation_of(request, pk, "edit")
    fields = cleaned(SubjectForm(request.POST))
    if "subject" in request.POST:
        services.name(found, fields["subject"], by=request.user)
    if "tags" in request.POST:
        services.tag(found, fields["tags"].replace("，", ",").split(","), by=request.user)
    if fields["priority"]:
        services.set_priority(found, fields["priority"], by=request.user)
    return changed(request, pk)


@require_POST
@needs("conversation", "edit")
def owner(request: UserRequest, pk: int) -> HttpResponse:
    """Says whose it is, where several people share a handle; nobody chosen means somebody new."""
    found = conversation_of(request, pk, "edit")
    chosen = request.POST.get("customer", "")
    known = Customer.objects.visible_to(request.user)
    customer = get_visible(known, int(chosen)) if chosen.isdecimal() else None
    settled = settling.settle_who(found, customer, by=request.user)
    return done(request, reverse("inbox:conversation", args=[settled.pk]))


@require_POST
@needs("conversation", "edit")
def merge(request: UserRequest, pk: int) -> HttpResponse:
    """Makes it part of another conversation of the same customer."""
    found = conversation_of(request, pk, "edit")
    chosen = request.POST.get("into", "")
    if not chosen.isdecimal():
        raise BadInput(_("Please choose a conversation."))
    into = conversation_of(request, int(chosen), "edit")
    line = services.merge(found, into, by=request.user)
    undo = reverse("inbox:merge-undo", args=[into.pk, line.pk])
    offer_undo(request, _("The two conversations are one now."), undo)
    return _go(request, into)


@require_POST
@needs("conversation", "edit")
def merge_undo(request: UserRequest, pk: int, message_pk: int) -> HttpResponse:
    back = services.take_apart(message_of(request, pk, message_pk), by=request.user)
    messages.success(request, _("They are two conversations again."))
    return _go(request, back)


@require_POST
@needs("conversation", "edit")
def split(request: UserRequest, pk: int, message_pk: int) -> HttpResponse:
    new = services.split(message_of(request, pk, message_pk), by=request.user)
    messages.success(request, _("From this message on it is a conversation of its own."))
    return _go(request, new)


def changed(request: UserRequest, pk: int) -> HttpResponse:
    """For htmx the page asks anew for what shows the conversation; a browser is sent there."""
    if wants_part(request):
        return add_event(no_content(request), CHANGED)
    return redirect("inbox:conversation", pk)


def _go(request: UserRequest, found: Conversation) -> HttpResponse:
    url = reverse("inbox:conversation", args=[found.pk])
    if wants_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _composed(request: UserRequest, found: Conversation, *, is_note: bool = False) -> HttpResponse:
    """The empty composer; the stream asks anew."""
    if not wants_part(request):
        return redirect("inbox:conversation", found.pk)
    context = composing.desk(request.user, conversation_of(request, found.pk), is_note=is_note)
    response = add_messages(request, render(request, "inbox/_composer.html", context))
    return add_event(response, CHANGED)


def _warned(
    request: UserRequest, found: Conversation, fields: dict[str, object], warning: str
) -> HttpResponse:
    """Shows what came meanwhile, with what was typed still in the form."""
    channel = fields["channel"]
    typed = {"text": fields["text"], "subject": fields["subject"], "channel_pk": getattr(channel, "pk", None)}
    context = composing.desk(request.user, found, warning=warning, typed=typed)
    if not wants_part(request):
        return render(
            request, "inbox/page.html", framed(request, found) | opened(request, found) | context, status=422
        )
    return add_event(render(request, "inbox/_composer.html", context, status=422), CHANGED)


def _offer_to_take_back(request: UserRequest, message: Message) -> None:
    if message.delivery is not None and message.delivery.state == message.delivery.State.READY:
        undo = reverse("inbox:withdrawal", args=[message.conversation_id, message.pk])
        offer_undo(request, _("The message leaves in ten seconds."), undo)
