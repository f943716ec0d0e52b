"""The alerts on the home page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from crm.lib import blocks
from segments.movement import report

MOST_SHOWN = 3


def register_block() -> None:
    blocks.register(
        blocks.Block("movement", _("On the move"), "movement/_home.html", at_home, ("score", "view"), 40)
    )


def at_home(request: UserRequest) -> Mapping[str, Any] | None:
    alerts = report.shown_alerts(request.user)
    if not alerts:
        return None
    return {"alerts": alerts[:MOST_SHOWN], "may": {"segment": request.user.may("segment", "create")}}
