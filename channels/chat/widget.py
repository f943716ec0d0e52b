"""How the widget of a channel looks and speaks."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from channels.live import presence
from channels.live.presence import Availability
from channels.models import Channel
from crm.accounts.models import User
from crm.accounts.policy import Role

COLOUR = "#1f6feb"


def language_of(said: str) -> str:
    """Which of our languages a page is closest to."""
    return "zh-hans" if said.lower().startswith("zh") else "en"


def language_in(request: HttpRequest) -> str:
    """Of a page for strangers: what they chose by a link, else what their browser prefers."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else language_of(get_language() or "")


def of(channel: Channel) -> dict[str, Any]:
    """In the language that is active."""
    config, end = channel.config, "zh" if (get_language() or "").startswith("zh") else "en"
    return {
        "title": config.get("title") or settings.COMPANY_NAME,
        "colour": config.get("colour") or COLOUR,
        "welcome": config.get(f"welcome_{end}") or _("How can we help you?"),
        "hours": config.get(f"hours_{end}") or "",
        "ask_first": config.get("ask_first") or "",
        "ask_rating": bool(config.get("ask_rating")),
        "is_staffed": is_staffed(channel),
        "texts": texts(),
    }


def is_staffed(channel: Channel) -> bool:
    """Whether somebody of the department, or of those who answer customers, can take work now."""
    people = User.objects.filter(is_active=True)
    people = (
        people.filter(teams=channel.team)
        if channel.team_id
        else people.filter(roles__contains=[Role.SERVICE.value])
    )
    return Availability.ONLINE in presence.available(people[:200]).values()


def texts() -> dict[str, str]:
    return {
        "open": _("Chat with us"),
        "close": _("Close"),
        "write": _("Write a message…"),
        "send": pgettext("chat", "Send"),
        "attach": _("Attach a file"),
        "away": _("Nobody is here right now. Leave a message and we will answer."),
        "leave_email": _("Where may we answer if you leave?"),
        "email": _("E-mail address"),
        "name": _("Your name"),
        "phone": _("Phone number"),
        "start": _("Start the chat"),
        "optional": _("optional"),
        "noted": _("Thank you, we will write to you there."),
        "typing": _("is typing…"),
        "us": pgettext("chat", "We"),
        "failed": _("Not sent. Click to try again."),
        "too_large": _("This file is too large."),
        "offline": _("No connection. We keep trying."),
        "rate": _("How did we do?"),
        "thanks": _("Thank you!"),
        "closed": _("This conversation was closed. Write to open it again."),
    }
