"""What views need to know about the person who asks."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxDetails

from crm.accounts.models import User

Given = ParamSpec("Given")
Row = TypeVar("Row", bound=Model)


class UserRequest(HttpRequest):
    """A request whose user is signed in: LoginRequiredMiddleware saw to that."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[UserRequest, Given], HttpResponseBase]


def needs(resource: str, action: str) -> Callable[[View[Given]], View[Given]]:
    """Answers 404 to whoever may not do `action` to any `resource`: a stranger learns nothing."""

    def decorate(view: View[Given]) -> View[Given]:
        @wraps(view)
        def guarded(request: UserRequest, /, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponseBase:
            if not request.user.may(resource, action):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.needs = (resource, action)  # type: ignore[attr-defined]
        return guarded

    return decorate


def get_visible(rows: QuerySet[Row], pk: int) -> Row:
    """The row, or 404. `rows` must already be narrowed by visible_to."""
    # Not first(), which sorts: there is one at most.
    for found in rows.filter(pk=pk):
        return found
    raise Http404
