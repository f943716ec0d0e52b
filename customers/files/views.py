"""Files of a customer: listed, added, handed out and deleted."""

import logging

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.accounts.http import UserRequest, get_visible, needs
from crm.audit import services as audit
from crm.lib.errors import BadInput, Refused
from crm.lib.htmx import render_part, wants_part
from customers.files import services
from customers.files.models import Attachment
from customers.files.sniffing import ENDINGS
from customers.models import Customer

log = logging.getLogger(__name__)
AT_ONCE = 20
# Even a browser that ignores everything else runs nothing of it.
SANDBOX = "default-src 'none'; sandbox"


@require_http_methods(["GET", "POST"])
@needs("customer", "view")
def files(request: UserRequest, pk: int) -> HttpResponse:
    """All files of the customer; POST adds one or several."""
    if request.method == "GET":
        return _list(request, get_visible(Customer.objects.visible_to(request.user), pk))
    customer = get_visible(Customer.objects.visible_to(request.user, "edit"), pk)
    uploads = request.FILES.getlist("file")
    if not uploads:
        raise BadInput(_("Please choose a file first."))
    if len(uploads) > AT_ONCE:
        raise BadInput(_("At most %(most)s files can be uploaded at once.") % {"most": AT_ONCE})
    wrong = []
    for upload in uploads:
        try:
            kept = services.keep(customer, upload, by=request.user)
        except Refused as reason:
            wrong.append((upload.name, str(reason)))
        else:
            messages.success(request, _("%(name)s is kept.") % {"name": kept.name})
    if wrong:
        return _list(request, customer, wrong, status=422)
    return _list(request, customer) if wants_part(request) else redirect("files:files", pk)


@require_GET
@needs("customer", "view")
def download(request: UserRequest, pk: int, file_pk: int) -> FileResponse:
    """Always a download with the name it came with, and each one is on record."""
    attachment = _attachment(request, pk, file_pk, "view")
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError:
        log.warning("The file of attachment %s is missing", attachment.pk)
        raise Http404 from None
    audit.record("file.downloaded", attachment.customer, by=request.user, file=attachment.pk)
    response = FileResponse(
        content, as_attachment=True, filename=attachment.name, content_type=attachment.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@needs("customer", "edit")
def deletion(request: UserRequest, pk: int, file_pk: int) -> HttpResponse:
    attachment = _attachment(request, pk, file_pk, "edit")
    services.drop(attachment, by=request.user)
    messages.success(request, _("%(name)s was deleted.") % {"name": attachment.name})
    return _list(request, attachment.customer) if wants_part(request) else redirect("files:files", pk)


def _attachment(request: UserRequest, pk: int, file_pk: int, action: str) -> Attachment:
    rows = Attachment.objects.visible_to(request.user, action).filter(customer=pk)
    return get_visible(rows.select_related("customer"), file_pk)


def _list(
    request: UserRequest,
    customer: Customer,
    wrong: list[tuple[str | None, str]] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    rows = Attachment.objects.visible_to(request.user).filter(customer=customer).select_related("by")
    context = {
        "customer": customer,
        "files": rows.order_by("-at", "-pk"),
        "may_edit": Customer.objects.visible_to(request.user, "edit").filter(pk=customer.pk).exists(),
        "accepted": ",".join(f".{ending}" for ending in ENDINGS),
        "wrong": wrong,
    }
    return render_part(request, "files/files.html", "files", context, status=status)
