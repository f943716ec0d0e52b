"""What people see when something goes wrong: a plain sentence and a way on. htmx gets a toast instead."""

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from crm.desk.navigation import theme_of
from crm.lib.htmx import add_toast
from crm.lib.patience import will_pass


@login_not_required
@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 400, _("This request could not be understood."))


@login_not_required
@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, _("You may not do this."))


@login_not_required
@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, _("This does not exist, or you may not see it."))


@login_not_required
@requires_csrf_token
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long, or cookies are blocked. Nothing was changed."""
    sentence = _("This page was open for too long. Please reload it and try again.")
    return _answer(request, 403, sentence, template="csrf.html")


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Renders without context processors: the database may be what failed, and then this is only a pause."""
    if will_pass(sys.exc_info()[1]):
        return _bare(request, 503, _("The system is starting again. Please try again in a minute."))
    return _bare(request, 500, _("Something went wrong. Please try again."))


def _bare(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = add_toast(HttpResponse(status=status), sentence, level="error")
    else:
        frame = {"brand": settings.COMPANY_NAME, "theme": theme_of(request)}
        response = HttpResponse(render_to_string(f"{status}.html", frame), status=status)
    if status == 503:
        response["Retry-After"] = "10"
    return response


def _answer(request: HttpRequest, status: int, sentence: str, template: str = "") -> HttpResponse:
    if request.headers.get("HX-Request"):
        return add_toast(HttpResponse(status=status), sentence, level="error")
    return render(request, template or f"{status}.html", {"sentence": sentence}, status=status)
