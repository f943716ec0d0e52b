"""Pivot tables: the table itself, the records behind its cells, files of it."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.accounts.http import UserRequest, needs
from crm.audit import services as audit
from crm.desk.pivot import arranging, asking, controls, counting, files, records, showing
from crm.desk.pivot.arranging import Table
from crm.desk.pivot.asking import Layout
from crm.desk.pivot.models import SavedPivot
from crm.lib.downloads import csv_download
from crm.lib.errors import Refused
from crm.lib.htmx import render_part
from crm.lib.patience import TooSlow


@require_GET
@needs("pivot", "view")
def table(request: UserRequest) -> HttpResponse:
    layout = asking.layout(request.GET, request.user)
    try:
        found = arranging.table(layout)
    except TooSlow:
        found = None
    context = _frame(request, layout) | (_shown(found) if found else {"is_too_slow": True})
    return render_part(request, "pivot/table.html", "pivot", context)


@require_GET
@needs("pivot", "view")
def records_list(request: UserRequest) -> HttpResponse:
    """The orders or contacts of one cell."""
    asked = asking.question(request.GET, request.user)
    try:
        page = records.page(asked, request.GET.get("cursor", ""))
        number = showing.written(asked.measure, counting.total(asked))
    except TooSlow:
        raise Refused(too_slow()) from None
    context = {
        "asked": asked,
        "page": page,
        "number": number,
        "words": controls.words(asked),
        "people": showing.people_url(asked),
        "currency": settings.DEFAULT_CURRENCY,
    }
    return render_part(request, "pivot/records.html", "results", context)


@require_GET
@needs("pivot", "export")
def file(request: UserRequest, kind: str) -> HttpResponseBase:
    if kind not in ("csv", "xlsx"):
        raise Http404
    layout = asking.layout(request.GET, request.user)
    try:
        found = arranging.table(layout)
    except TooSlow:
        raise Refused(too_slow()) from None
    audit.record(
        "pivot.exported",
        by=request.user,
        subject=layout.question.subject.key,
        format=kind,
        rows=len(found.rows),
    )
    if kind == "csv":
        return csv_download(files.name(found, kind), files.texts(found))
    response = HttpResponse(files.workbook(found), content_type=files.XLSX)
    response["Content-Disposition"] = content_disposition_header(True, files.name(found, kind)) or ""
    return response


def too_slow() -> str:
    return _(
        "This would take more than 8 seconds and was stopped. "
        "Choose a shorter period, a segment or fewer dimensions."
    )


def _frame(request: UserRequest, layout: Layout) -> dict[str, Any]:
    saved = _saved(request)
    return {
        "saved": saved,
        "is_changed": saved is None or saved.query != layout.address,
        "may_save": request.user.may("pivot", "create"),
        "may_change": saved
        and SavedPivot.objects.visible_to(request.user, "edit").filter(pk=saved.pk).exists(),
        "layout": layout,
        "asked": layout.question,
        "tabs": controls.tabs(request.user, layout),
        "selects": controls.main(layout),
        "more": controls.more(layout),
        "chips": controls.chips(layout),
        "may_export": request.user.may("pivot", "export"),
        "quicker": controls.quicker(layout),
        "too_slow": too_slow(),
    }


def _saved(request: UserRequest) -> SavedPivot | None:
    """The saved pivot in the address, if this colleague may see it."""
    number = request.GET.get("saved", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    return SavedPivot.objects.visible_to(request.user).filter(pk=int(number)).first()


def _shown(found: Table) -> dict[str, Any]:
    return {
        "table": found,
        "total": showing.written(found.layout.measure, found.value(())),
        "head": showing.head(found),
        "body": showing.body(found),
        "chart": showing.chart(found),
        "shown": min(len(found.rows), showing.SHOWN),
        "in_all": len(found.rows) + found.left_out,
        "most_rows": asking.MOST_ROWS,
        "most_columns": asking.MOST_COLUMNS,
    }
