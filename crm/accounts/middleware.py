from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

# Where somebody without a second factor may still go: to set one up, to leave, and the assets of those pages.
OPEN = ("/account/", "/static/", "/language/", "/theme/")

SEEN_SECONDS = 300


def note_session(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Keeps the list of where somebody is signed in, every five minutes.

    allauth's own middleware writes on every request: five queries, more than most pages need.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and request.user.is_authenticated and cache.add(f"session:seen:{key}", 1, SEEN_SECONDS):
            UserSession.objects.create_from_request(request)
        return get_response(request)

    return middleware


def in_own_time(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Shows and reads times in the time zone of whoever asks."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not (request.session.session_key and request.user.is_authenticated and request.user.time_zone):
            return get_response(request)
        with timezone.override(request.user.zone):
            return get_response(request)

    return middleware


def require_second_factor(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Sends staff without a second factor to set one up, where the setting asks for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            settings.MFA_REQUIRED
            and user.is_authenticated
            and not request.path.startswith(OPEN)
            and not is_mfa_enabled(user)
        ):
            return redirect(reverse("mfa_index"))
        return get_response(request)

    return middleware
