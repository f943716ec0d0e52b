from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from crm.desk.navigation import THEME_COOKIE, THEMES
from crm.lib.htmx import came_from

YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remembers the colours in a cookie, so that also the sign-in page wears them."""
    chosen = request.POST.get("theme", "")
    back = came_from(request, "desk:home")
    response = HttpResponse(status=204) if request.headers.get("HX-Request") else redirect(back)
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    return response


@login_not_required
@require_GET
def livez(request: HttpRequest) -> HttpResponse:
    """For monitors: the process answers. Says nothing else to whoever asks."""
    return HttpResponse("ok", content_type="text/plain")
