"""CSV files made while they are sent: safe to open in a spreadsheet, readable as UTF-8 by Excel."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, override

from crm.lib.cells import safe

PAGE = 500


def csv_download(name: str, rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """All cells are quoted and none begins a formula. `rows` may be endless work: only a page is held."""
    response = StreamingHttpResponse(csv_pages(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    return response


def csv_pages(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The same bytes for a file that is not downloaded, such as one that goes by e-mail."""
    return _pages(iter(rows), get_language() or "")


def _pages(rows: Iterator[Sequence[str]], language: str) -> Iterator[bytes]:
    yield codecs.BOM_UTF8
    while True:
        text = io.StringIO()
        # The middleware that chose the language is long gone when the rows are made.
        with override(language):
            page = list(islice(rows, PAGE))
        if not page:
            return
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows([safe(cell) for cell in row] for row in page)
        yield text.getvalue().encode("utf-8", errors="replace")
