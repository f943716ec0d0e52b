"""Guards around every request. Sign-in is Django's own LoginRequiredMiddleware."""

from collections.abc import Callable
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from crm.lib import memo
from crm.lib.errors import Refused
from crm.lib.htmx import add_toast

GetResponse = Callable[[HttpRequest], HttpResponse]


class RefusalMiddleware:
    """Turns a `Refused` into a sentence on the page: a toast for htmx, a small page otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # PostgreSQL has no NUL character, and no honest address holds one.
        if "\x00" in unquote(request.META.get("QUERY_STRING", "")) or "\x00" in request.path:
            return answer(request, _("This address holds a character that cannot be used."), status=400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return answer(request, str(error), status=error.status)
        return None


def answer(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=status)
        response["HX-Reswap"] = "none"
        return add_toast(response, sentence, level="error")
    return render(request, "refused.html", {"sentence": sentence}, status=status)


def private_pages(get_response: GetResponse) -> GetResponse:
    """No shared cache and no back button may show a signed-in page to somebody else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "Cache-Control" not in response and not response.streaming:
            response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ("Cookie",))
        return response

    return middleware


def remember(get_response: GetResponse) -> GetResponse:
    """What many parts of a page ask for is looked up once per request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with memo.scope():
            return get_response(request)

    return middleware
