"""Who asks: a token in the Authorization header, its user, and what both may."""

from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from crm.accounts.http import UserRequest
from crm.api import services, throttling
from crm.api.errors import Answer
from crm.api.fields import Question
from crm.api.models import Token
from crm.api.scopes import SCOPES
from crm.lib.limits import limit

# How often one address may try tokens that are none, a minute.
WRONG_TOKENS = 60
LONGEST_NAME = 40


class ApiRequest(UserRequest):
    """A request that came with a valid token; `user` is the one the token acts as."""

    token: Token
    allowance: throttling.Allowance


class Bearer(HttpBearer):
    """`auth=Bearer("orders:read")`: the token has the scope, and its user may do what the scope means."""

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        found = services.find(token)
        if found is None:
            if limit(request, "api-token", WRONG_TOKENS):
                raise Answer(429)
            return None
        allowance = throttling.take(found)
        request.user, request.token, request.allowance = found.user, found, allowance  # type: ignore[attr-defined]
        if allowance.is_used_up:
            raise Answer(429, code="too_many_requests")
        self._check_scope(found)
        return found

    def _check_scope(self, token: Token) -> None:
        if not self.scope:
            return
        if self.scope not in token.scopes:
            needed = _("The token lacks the scope %(scope)s.") % {"scope": self.scope}
            raise Answer(403, needed, code="missing_scope")
        if not token.user.may(*SCOPES[self.scope].needs):
            raise Answer(404)


def may(request: ApiRequest, scope: str) -> bool:
    """Whether the token also has this scope, for answers that show more to those who may see it."""
    return scope in request.token.scopes and request.user.may(*SCOPES[scope].needs)


def sent(request: ApiRequest, rows: int) -> None:
    """Counts rows that are about to be sent; ends the request once the day's share is used up."""
    if not throttling.note_rows(request.token, rows):
        raise Answer(
            429, _("The token has read as many rows as it may in a day."), code="too_many_rows_a_day"
        )


def asked_by(request: HttpRequest, question: Question | None = None) -> ApiRequest:
    """The request, once the token was checked. A filter with a typing error must not show everything."""
    if question is not None:
        for name in sorted(set(request.GET) - set(type(question).model_fields)):
            raise Answer(422, _("There is no such parameter."), field=name[:LONGEST_NAME])
    return cast(ApiRequest, request)
