"""Every "no" of the API in one shape: application/problem+json (RFC 9457), in the reader's language."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from crm.api.parsing import Unusable
from crm.lib.errors import BadInput, Refused
from crm.lib.patience import will_pass

Handler = Callable[[HttpRequest, Any], HttpResponse]
CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 10
log = logging.getLogger(__name__)

TITLES: dict[int, str | Promise] = {
    400: _("This request could not be understood."),
    401: _("A valid token is needed."),
    403: _("The token may not do this."),
    404: _("This does not exist, or you may not see it."),
    405: _("This cannot be done here."),
    409: _("A rule says no."),
    412: _("The record was changed meanwhile."),
    413: _("The request is too large."),
    422: _("Some values cannot be used."),
    428: _("Say which version you have seen."),
    429: _("Too many requests. Please wait a little."),
    500: _("Something went wrong. Please try again."),
    503: _("The system is starting again. Please try again in a minute."),
}
BODY: dict[str, str | Promise] = {
    "bad_character": _("A text holds a character that cannot be stored."),
    "not_json": _("The body is not JSON."),
    "not_utf8": _("The body is not UTF-8."),
    "repeated_key": _("An object names the same key twice."),
    "too_deep": _("The body is nested too deeply."),
    "too_large": _("The body is larger than 2 MB."),
}
# What is wrong with one value, by the kind of error pydantic gives.
VALUES: dict[str, str | Promise] = {
    "bool_parsing": _("This is neither true nor false."),
    "bool_type": _("This is neither true nor false."),
    "date_from_datetime_inexact": _("This is not a date. Write it like 2024-01-31."),
    "date_from_datetime_parsing": _("This is not a date. Write it like 2024-01-31."),
    "date_parsing": _("This is not a date. Write it like 2024-01-31."),
    "date_type": _("This is not a date. Write it like 2024-01-31."),
    "datetime_from_date_parsing": _("This is not a moment. Write it like 2024-01-31T09:30:00+08:00."),
    "datetime_parsing": _("This is not a moment. Write it like 2024-01-31T09:30:00+08:00."),
    "datetime_type": _("This is not a moment. Write it like 2024-01-31T09:30:00+08:00."),
    "decimal_max_digits": _("This number is too large."),
    "decimal_max_places": _("This number has too many decimal places."),
    "decimal_parsing": _("This is not a number."),
    "decimal_type": _("This is not a number."),
    "decimal_whole_digits": _("This number is too large."),
    "dict_type": _("This is not an object."),
    "extra_forbidden": _("There is no such field."),
    "finite_number": _("This is not a number."),
    "int_from_float": _("This is not a whole number."),
    "int_parsing": _("This is not a whole number."),
    "int_parsing_size": _("This number is too large."),
    "int_type": _("This is not a whole number."),
    "list_type": _("This is not a list."),
    "literal_error": _("Use one of %(expected)s."),
    "enum": _("Use one of %(expected)s."),
    "missing": _("This field is required."),
    "model_attributes_type": _("This is not an object."),
    "model_type": _("This is not an object."),
    "string_pattern_mismatch": _("This text has another form than is needed here."),
    "string_too_long": _("At most %(max_length)s characters fit."),
    "string_too_short": _("At least %(min_length)s characters are needed."),
    "string_type": _("This is not a text."),
    "timezone_aware": _("This moment lacks its offset, such as +08:00."),
    "too_long": _("At most %(max_length)s are taken at once."),
    "too_short": _("At least %(min_length)s are needed."),
    "greater_than": _("This must be more than %(gt)s."),
    "greater_than_equal": _("This must be at least %(ge)s."),
    "less_than": _("This must be less than %(lt)s."),
    "less_than_equal": _("This must be at most %(le)s."),
}
OTHER = _("This value cannot be used.")


class Answer(Exception):
    """Ends a request with a problem of this status."""

    def __init__(self, status: int, detail: str | Promise = "", code: str = "", field: str = "") -> None:
        super().__init__(status, detail)
        self.status, self.detail, self.code, self.field = status, detail, code, field


def problem(
    status: int, *, detail: str | Promise = "", code: str = "", errors: Sequence[Mapping[str, str]] = ()
) -> HttpResponse:
    said: dict[str, Any] = {
        "type": f"urn:crm:problem:{code or status}",
        "title": str(TITLES.get(status, TITLES[400])),
        "status": status,
    }
    if detail:
        said["detail"] = str(detail)
    if errors:
        said["errors"] = list(errors)
    body = json.dumps(said, ensure_ascii=False)
    response = HttpResponse(body, status=status, content_type=CONTENT_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def handle(api: NinjaAPI) -> None:
    """Whatever an endpoint raises becomes a problem."""
    for kind, handler in HANDLERS.items():
        api.add_exception_handler(kind, handler)


def words_of(error: Mapping[str, Any]) -> str:
    """What is wrong with a value, from an error of pydantic."""
    context = error.get("ctx") or {}
    if error["type"] == "value_error" and isinstance(context.get("error"), ValueError):
        return str(context["error"])
    return str(VALUES.get(error["type"], OTHER)) % context


def _answer(request: HttpRequest, error: Answer) -> HttpResponse:
    errors = [{"field": error.field, "message": str(error.detail)}] if error.field else []
    return problem(error.status, detail="" if errors else error.detail, code=error.code, errors=errors)


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return problem(422 if isinstance(error, BadInput) else error.status, detail=str(error))


def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [{"field": _path(one["loc"]), "message": words_of(one)} for one in error.errors]
    return problem(422, errors=found)


def _path(place: Sequence[Any]) -> str:
    """("body", "asked", "items", 3, "name") → "items.3.name"; "asked" is only what our code calls it."""
    inside = [str(part) for part in place[1:] if part != "asked"]
    return ".".join(inside) or str(place[0])


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    cause = error.__cause__
    if isinstance(cause, Unusable):
        status = 413 if cause.code == "too_large" else 400
        return problem(status, detail=BODY[cause.code], code=cause.code)
    return problem(error.status_code)


def _crash(request: HttpRequest, error: Exception) -> HttpResponse:
    if will_pass(error):
        return problem(503)
    log.error("The API crashed.", exc_info=error)
    return problem(500)


def _plain(status: int) -> Handler:
    return lambda request, error: problem(status)


HANDLERS: dict[type[Exception], Handler] = {
    Exception: _crash,
    Http404: _plain(404),
    HttpError: _http_error,
    AuthenticationError: _plain(401),
    ValidationError: _validation,
    Answer: _answer,
    Refused: _refused,
    OperationalError: _plain(503),
    InterfaceError: _plain(503),
    RequestDataTooBig: _plain(413),
    UnreadablePostError: _plain(400),
    SuspiciousOperation: _plain(400),
}
