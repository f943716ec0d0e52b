"""Tokens as people handle them, and the pages that explain the API."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from ninja.responses import NinjaJSONEncoder

from crm.accounts.http import UserRequest, get_visible, needs
from crm.accounts.models import User
from crm.api import reference, services
from crm.api.auth import Bearer
from crm.api.errors import problem
from crm.api.forms import IntegrationForm, TokenForm
from crm.api.models import Token
from crm.api.scopes import SCOPES

MOST_SHOWN = 200


@require_GET
def documentation(request: UserRequest) -> HttpResponse:
    context = {
        "groups": reference.groups(),
        "schemas": reference.schemas(),
        "scopes": SCOPES,
        "may_view_tokens": request.user.may("token", "view"),
    }
    return render(request, "api/reference.html", context)


@login_not_required
@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for who is signed in and for programs with a token."""
    if not (isinstance(request.user, User) or Bearer()(request)):
        return problem(401)
    return JsonResponse(reference.document(), encoder=NinjaJSONEncoder)


@require_GET
@needs("token", "view")
def token_list(request: UserRequest) -> HttpResponse:
    rows = Token.objects.visible_to(request.user).select_related("user", "created_by", "user__integration")
    context = {
        "tokens": rows.order_by("revoked_at", "-created_at", "-pk")[:MOST_SHOWN],
        "may_create": request.user.may("token", "create"),
        "may_configure": request.user.may("token", "configure"),
    }
    return render(request, "api/tokens.html", context)


@require_http_methods(["GET", "POST"])
@needs("token", "create")
def token_new(request: UserRequest) -> HttpResponse:
    form = TokenForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = services.create(
            given["user"],
            given["name"],
            given["scopes"],
            days=given["days"],
            per_minute=given.get("per_minute"),
            by=request.user,
        )
        # No redirect: the secret must not be kept anywhere, and is shown this once.
        return render(request, "api/token_made.html", {"made": made})
    status = 422 if request.method == "POST" else 200
    return render(request, "api/token_new.html", {"form": form}, status=status)


@require_POST
@needs("token", "create")
def token_revocation(request: UserRequest, pk: int) -> HttpResponse:
    token = get_visible(Token.objects.visible_to(request.user, "create"), pk)
    services.revoke(token, by=request.user)
    messages.success(request, _("The token “%(name)s” was revoked.") % {"name": token})
    return redirect("api:tokens")


@require_http_methods(["GET", "POST"])
@needs("token", "configure")
def integration_new(request: UserRequest) -> HttpResponse:
    form = IntegrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = services.integrate(given["name"], given["roles"], by=request.user, team=given["team"])
        messages.success(
            request, _("The integration “%(name)s” is ready. Now make a token for it.") % {"name": made}
        )
        return redirect("api:token-new")
    status = 422 if request.method == "POST" else 200
    return render(request, "api/integration_new.html", {"form": form}, status=status)
