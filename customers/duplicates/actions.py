"""From ticked customers in the list to the page that shows them side by side."""

from django.utils.translation import gettext_lazy as _

from customers.bulk.actions import Action, register


class Merge(Action):
    key, label, icon, needs, right = "merge", _("Merge…"), "merge", "merge", ("duplicate", "edit")
    address = "duplicates:choices"
    order = 45


def register_all() -> None:
    register(Merge())
