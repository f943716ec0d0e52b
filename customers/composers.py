"""What can be written down or sent from the customer page, registered in `AppConfig.ready()`:

    composers.register(Composer("call", _("Call"), "phone", "touches/_call.html", load))

One form at a time stands above the timeline; the others are fetched when they are chosen. `load(request,
customer)` gives the template its context. The template is the inside of a form with its own address.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise

from crm.accounts.http import UserRequest
from crm.accounts.models import User
from customers.models import Customer

Load = Callable[[UserRequest, Customer], Mapping[str, Any]]


@dataclass(frozen=True)
class Composer:
    key: str
    label: str | Promise
    icon: str
    template: str
    load: Load
    needs: tuple[str, str] = ("customer", "edit")
    order: int = 100


_composers: dict[str, Composer] = {}


def register(composer: Composer) -> None:
    _composers[composer.key] = composer


def all_for(user: User) -> list[Composer]:
    shown = (one for one in _composers.values() if user.may(*one.needs))
    return sorted(shown, key=lambda one: (one.order, one.key))


@dataclass(frozen=True)
class Desk:
    """The composers of one page, and the form of the chosen one."""

    composers: list[Composer]
    chosen: Composer
    content: str


def desk(request: UserRequest, customer: Customer) -> Desk | None:
    """The composer that the address names, else the first; None for whoever may write nothing."""
    found = all_for(request.user)
    if not found:
        return None
    asked = request.GET.get("compose", "")
    chosen = next((one for one in found if one.key == asked), found[0])
    context = {"customer": customer, **chosen.load(request, customer)}
    return Desk(found, chosen, render_to_string(chosen.template, context, request))
