"""The API itself: an empty NinjaAPI to which crm.endpoints adds the routes of all features."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder

from crm.api.auth import Bearer
from crm.api.errors import handle, problem
from crm.api.parsing import StrictParser

NAMESPACE = "api-v1"
PREFIX = "/api/v1"


class Renderer(JSONRenderer):
    """Chinese as it is written: half as long as its escapes."""

    json_dumps_params = {"ensure_ascii": False, "separators": (",", ":")}
    encoder_class = NinjaJSONEncoder


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function: short, and a test sees that it is used once."""
        return operation.view_func.__name__


def make() -> NinjaAPI:
    api = Api(
        title="CRM",
        version="1",
        urls_namespace=NAMESPACE,
        # Ninja's own page loads scripts, which our content security policy forbids; see crm.api.reference.
        docs_url=None,
        openapi_url=None,
        auth=Bearer(),
        parser=StrictParser(),
        renderer=Renderer(),
    )
    handle(api)
    return api


def urls_of(api: NinjaAPI) -> tuple[list[Any], str, str]:
    """The routes, open to who has no session: each asks for a token itself."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback.login_required = False  # type: ignore[attr-defined]
    return [one for one in patterns if getattr(one, "name", "") != "api-root"], app_name, namespace


@csrf_exempt
@login_not_required
def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Addresses below the API that lead nowhere."""
    return problem(404)


api = make()
