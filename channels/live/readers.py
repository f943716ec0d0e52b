"""Who reads a stream, and whether they still may."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.utils import timezone

from crm.accounts.models import User


@dataclass(frozen=True)
class Reader:
    """A colleague with a session, or somebody outside, whose right ends with the stream's lifetime."""

    name: str
    user: int = 0
    session: str = ""


def gone(readers: Iterable[Reader]) -> set[Reader]:
    """Those who signed out, were signed out or switched off."""
    staff = [one for one in readers if one.user]
    if not staff:
        return set()
    sessions = Session.objects.filter(session_key__in={one.session for one in staff})
    alive = set(sessions.filter(expire_date__gt=timezone.now()).values_list("session_key", flat=True))
    users = User.objects.filter(pk__in={one.user for one in staff}, is_active=True)
    active = set(users.values_list("pk", flat=True))
    return {one for one in staff if one.session not in alive or one.user not in active}
