"""Blocks that features put on the customer page, registered in `AppConfig.ready()`:

    panels.register(Panel("consent", _("Consent"), "consent/_panel.html", load, needs=("consent", "view")))

`load(request, customer)` gives the template its context (`customer` is in it anyway), or None for "nothing to
show". The template is the inside of a card below its heading. Panels are fetched when they scroll into view;
`lazy=False` is for those that cost no query. `place` is the column: FACTS (left) or INSIGHTS (right).

Three places are never lazy. HEAD is the strip of figures below the name, also in the preview, where a panel
draws `<div><dt>…</dt><dd>…</dd></div>` items, such as the next step; ACTIONS are the buttons beside the name;
PINNED stands above the timeline. What a panel there reads of the customer's neighbours in the database it
names in `related`, so that it comes with the customer.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise

from crm.accounts.http import UserRequest
from crm.accounts.models import User
from customers.models import Customer

log = logging.getLogger(__name__)

FACTS, INSIGHTS, HEAD, ACTIONS, PINNED = "facts", "insights", "head", "actions", "pinned"

Load = Callable[[UserRequest, Customer], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    key: str
    label: str | Promise
    template: str
    load: Load
    needs: tuple[str, str] = ("customer", "view")
    order: int = 100
    place: str = INSIGHTS
    lazy: bool = True
    related: tuple[str, ...] = ()


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    _panels[panel.key] = panel


def find(key: str, user: User) -> Panel | None:
    """The panel, if there is one and the user may see such things."""
    panel = _panels.get(key)
    return panel if panel and user.may(*panel.needs) else None


def all_for(user: User, place: str) -> list[Panel]:
    shown = (one for one in _panels.values() if one.place == place and user.may(*one.needs))
    return sorted(shown, key=lambda panel: (panel.order, panel.key))


def column(place: str, request: UserRequest, customer: Customer) -> list[tuple[Panel, str]]:
    """The panels of a column with their content; empty for those that are fetched later."""
    blocks = [
        (panel, "" if waits(panel) else _content_or_apology(panel, request, customer))
        for panel in all_for(request.user, place)
    ]
    return [(panel, text) for panel, text in blocks if text or waits(panel)]


def waits(panel: Panel) -> bool:
    return panel.lazy and panel.place in (FACTS, INSIGHTS)


def related(user: User) -> set[str]:
    """What select_related is to load for the panels in the head."""
    return {name for place in (HEAD, ACTIONS, PINNED) for one in all_for(user, place) for name in one.related}


def content(panel: Panel, request: UserRequest, customer: Customer) -> str:
    """The inside of the card, empty when there is nothing to show."""
    loaded = panel.load(request, customer)
    if loaded is None:
        return ""
    return render_to_string(panel.template, {"customer": customer, **loaded}, request)


def _content_or_apology(panel: Panel, request: UserRequest, customer: Customer) -> str:
    try:
        return content(panel, request, customer)
    except Exception:
        # Whatever one feature stumbles over, the page of the customer stands.
        log.exception("The panel %s failed", panel.key)
        return render_to_string("customers/_panel_failed.html", {"panel": panel, "customer": customer})
