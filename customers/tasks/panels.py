"""The next steps with a customer, on their page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from customers import panels
from customers.models import Customer
from customers.tasks import contacts
from customers.tasks.models import Task

SHOWN = 5


def register() -> None:
    needs = ("task", "view")
    panels.register(panels.Panel("tasks", _("Next steps"), "tasks/_panel.html", load, needs=needs, order=5))
    panels.register(
        panels.Panel(
            "next_step", _("Next step"), "tasks/_head.html", head, needs, 90, panels.HEAD, lazy=False
        )
    )
    panels.register(
        panels.Panel(
            "follow_up",
            _("Log follow-up"),
            "tasks/_action.html",
            action,
            needs,
            10,
            panels.ACTIONS,
            lazy=False,
        )
    )


def head(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    tasks = Task.objects.visible_to(request.user).open().filter(customer=customer)
    return {"step": tasks.in_order().first()}


def action(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    return {} if may_edit(request, customer) else None


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any]:
    tasks = Task.objects.visible_to(request.user).open().filter(customer=customer)
    found = list(tasks.select_related("assignee").in_order()[: SHOWN + 1])
    return {
        "tasks": found[:SHOWN],
        "has_more": len(found) > SHOWN,
        "step": found[0] if found else None,
        "may_create": request.user.may("task", "create"),
        "contact": contacts.last(customer),
    }


def may_edit(request: UserRequest, customer: Customer) -> bool:
    if not request.user.may("customer", "edit"):
        return False
    return Customer.objects.visible_to(request.user, "edit").filter(pk=customer.pk).exists()
