"""The button that follows a customer, on the customer's page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from crm.desk.notices.models import Follow
from customers import panels
from customers.models import Customer


def register() -> None:
    panels.register(
        panels.Panel("follow", _("Follow"), "notices/_follow.html", load, order=80, place=panels.ACTIONS)
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    follows = Follow.objects.visible_to(request.user).filter(customer=customer)
    return {"is_followed": follows.exists()}
