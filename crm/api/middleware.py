"""What every answer of the API has in common, also those that never reach an endpoint."""

import logging
import time
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from crm.api.errors import problem

ROOT = "/api/v1/"
log = logging.getLogger("crm.api")


def api_answers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Errors as problems instead of pages, the token's allowance, and one line in the log."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(ROOT):
            return get_response(request)
        began = time.perf_counter()
        response = get_response(request)
        if response.status_code >= 400 and response.get("Content-Type", "").startswith("text/"):
            kept = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
            response = problem(response.status_code)
            for name, value in kept.items():
                response[name] = value
        _mark(request, response)
        _log(request, response, time.perf_counter() - began)
        return response

    return middleware


def _mark(request: HttpRequest, response: HttpResponse) -> None:
    response["X-Request-Id"] = uuid4().hex
    response["Cache-Control"] = "private, no-store"
    allowance = getattr(request, "allowance", None)
    if allowance:
        response["X-RateLimit-Limit"] = str(allowance.limit)
        response["X-RateLimit-Remaining"] = str(max(0, allowance.left))
        response["X-RateLimit-Reset"] = str(allowance.seconds)
        if allowance.is_used_up:
            response["Retry-After"] = str(allowance.seconds)


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Names the token, to follow a theft, and the route: paths may hold customers' numbers."""
    token = getattr(request, "token", None)
    match = request.resolver_match
    log.info(
        "%s %s %s %d ms token=%s id=%s",
        request.method,
        match.route if match else "-",
        response.status_code,
        seconds * 1000,
        token.prefix if token else "-",
        response["X-Request-Id"],
    )
