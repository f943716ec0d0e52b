"""What strangers sent: their HTML alone in a frame that may do nothing, their files only as downloads."""

import logging
from contextlib import suppress
from functools import partial

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from channels.inbox import pictures, tasks
from channels.inbox.models import Enclosure, Message
from channels.inbox.views import message_of
from channels.mail import blobs, frames
from crm.accounts.http import UserRequest, get_visible, needs
from crm.audit import services as audit

log = logging.getLogger(__name__)
MOST_PICTURES = 20


@require_GET
@needs("conversation", "view")
def html(request: UserRequest, pk: int, message_pk: int) -> HttpResponse:
    """The cleaned HTML of a message."""
    message = message_of(request, pk, message_pk, "view")
    if not message.html:
        raise Http404
    page = frames.document(
        message.html,
        _pictures(message),
        quoted=_("Quoted text"),
        language=get_language() or "",
        fetched=pictures.shown(message),
    )
    return HttpResponse(page, headers=frames.headers())


@require_http_methods(["GET", "HEAD", "POST"])
@needs("conversation", "view")
def picture_bar(request: UserRequest, pk: int, message_pk: int) -> HttpResponse:
    """Whether the pictures of other hosts are shown; a POST has them fetched."""
    message = message_of(request, pk, message_pk, "view")
    if request.method == "POST":
        if "trust" in request.POST:
            pictures.trust(request.user, message, is_on=request.POST["trust"] == "on")
        if request.POST.get("trust") != "off":
            for enclosure_pk in pictures.ask(message):
                transaction.on_commit(partial(tasks.fetch_file.delay, enclosure_pk))
    context = {
        "one": message,
        "conversation": message.conversation,
        "shown": pictures.state(message, request.user),
        "is_new": request.method == "POST" or "waited" in request.GET,
    }
    return render(request, "inbox/_formatted.html", context)


@require_GET
@needs("conversation", "view")
def enclosure(request: UserRequest, pk: int, file_pk: int) -> FileResponse:
    """Always a download with the name it came with, and each one is on record."""
    rows = Enclosure.objects.visible_to(request.user).filter(message__conversation=pk)
    found = get_visible(rows.select_related("message__conversation"), file_pk)
    if found.state != Enclosure.State.KEPT:
        raise Http404
    try:
        content = blobs.open_blob(found.digest)
    except FileNotFoundError:
        log.warning("The file of enclosure %s is missing", found.pk)
        raise Http404 from None
    audit.record("file.downloaded", found.message.conversation, by=request.user, enclosure=found.pk)
    response = FileResponse(content, as_attachment=True, filename=found.name)
    for name, value in frames.download_headers(found.name, found.media_type).items():
        response[name] = value
    return response


def _pictures(message: Message) -> dict[str, str]:
    """Those that came with the mail and stand in it, as addresses that need no request."""
    shown = message.enclosures.exclude(content_id="").filter(state=Enclosure.State.KEPT)
    shown = shown.exclude(reference__startswith=pictures.MARK)
    found = {}
    for one in shown.filter(size__lte=frames.LARGEST_PICTURE)[:MOST_PICTURES]:
        with suppress(FileNotFoundError):
            found[one.content_id.strip("<>")] = frames.picture(blobs.read(one.digest))
    return found
