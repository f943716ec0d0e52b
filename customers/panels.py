"""Blocks that features put on the customer page, registered in `AppConfig.ready()`:

    panels.register(Panel("consent", _("Consent"), "consent/_panel.html", load, needs=("consent", "view")))

`load(request, customer)` gives the template its context (`customer` is in it anyway), or None for "nothing to
show". The template is the inside of a card below its heading. Panels are fetched when they scroll into view;
`lazy=False` is for those that cost no query. `place` is the column: "facts" (left) or "insights" (right).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise

from crm.accounts.http import UserRequest
from crm.accounts.models import User
from customers.models import Customer

FACTS, INSIGHTS = "facts", "insights"

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
        (panel, "" if panel.lazy else content(panel, request, customer))
        for panel in all_for(request.user, place)
    ]
    return [(panel, text) for panel, text in blocks if panel.lazy or text]


def content(panel: Panel, request: UserRequest, customer: Customer) -> str:
    """The inside of the card, empty when there is nothing to show."""
    loaded = panel.load(request, customer)
    if loaded is None:
        return ""
    return render_to_string(panel.template, {"customer": customer, **loaded}, request)
