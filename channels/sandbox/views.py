"""The other end of the line: what customers would have received."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from channels.sandbox import location, services
from channels.sandbox.forms import FaultsForm, MailboxFilter
from channels.sandbox.models import SandboxMessage
from channels.sandbox.reading import letter
from crm.accounts.http import UserRequest, get_visible, needs
from crm.lib.htmx import render_part
from crm.lib.paging import keyset

MOST_COUNTED = 10_000
# The message is a stranger: no script, no form, no request but for our own pictures, framed by nobody but us.
# Its links open in a tab of their own, so that one can play the customer.
FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self'; "
    "style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'"
)


@require_GET
@needs("channel", "view")
def mailbox(request: UserRequest) -> HttpResponse:
    filters = MailboxFilter(request.GET)
    rows = filters.apply(SandboxMessage.objects.visible_to(request.user))
    number = rows[: MOST_COUNTED + 1].count()
    cursor = request.GET.get("cursor", "")
    context = {
        "filters": filters,
        "page": keyset(rows.defer("raw"), "-id", cursor),
        "count_text": count_text(number),
        "is_live": not cursor,
        "form": FaultsForm(instance=services.faults()),
        "location": location.current(),
        "host": location.HOST,
        "may_configure": request.user.may("channel", "configure"),
    }
    return render_part(request, "sandbox/mailbox.html", "results", context)


@require_GET
@needs("channel", "view")
def message(request: UserRequest, pk: int) -> HttpResponse:
    found = get_visible(SandboxMessage.objects.visible_to(request.user), pk)
    read = letter(bytes(found.raw), found.protocol)
    # Only our own links: the page's policy lets forms go nowhere else.
    link = read.unsubscribe_url
    path = link.removeprefix(settings.PUBLIC_URL) if link.startswith(f"{settings.PUBLIC_URL}/") else ""
    context = {
        "message": found,
        "letter": read,
        "unsubscribe_path": path,
        "is_narrow": request.GET.get("width") == "phone",
    }
    return render(request, "sandbox/message.html", context)


@require_GET
@needs("channel", "view")
@xframe_options_sameorigin
def message_html(request: UserRequest, pk: int) -> HttpResponse:
    """The message's own HTML, alone in a frame that may do nothing."""
    found = get_visible(SandboxMessage.objects.visible_to(request.user), pk)
    html = letter(bytes(found.raw), found.protocol).html
    response = HttpResponse('<!doctype html><base target="_blank">' + html)
    response["Content-Security-Policy"] = FRAME_POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@needs("channel", "configure")
def faults(request: UserRequest) -> HttpResponse:
    form = FaultsForm(request.POST, instance=services.faults())
    if not form.is_valid():
        return render(request, "sandbox/faults.html", {"form": form}, status=422)
    services.misbehave(form.save(commit=False), by=request.user)
    messages.success(request, _("The sandbox behaves so within a second."))
    return redirect("channels:sandbox")


@require_POST
@needs("channel", "configure")
def clearing(request: UserRequest) -> HttpResponse:
    number = services.clear(by=request.user)
    text = ngettext("%(number)s message was removed.", "%(number)s messages were removed.", number)
    messages.success(request, text % {"number": f"{number:,}"})
    return redirect("channels:sandbox")


def count_text(number: int) -> str:
    if number > MOST_COUNTED:
        return _("More than %(number)s messages") % {"number": f"{MOST_COUNTED:,}"}
    text = ngettext("%(number)s message", "%(number)s messages", number)
    return text % {"number": f"{number:,}"}
