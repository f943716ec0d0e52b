"""Moves in the customer's copy, in an erasure and in a merge."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, register
from customers.merging import rules


def register_all() -> None:
    why = Keep(_("Says only where somebody stood, for the counts of that time; nobody is named."))
    register(
        Holding(
            "movement.change",
            _("How your standing with us changed"),
            ("at", "kind", "before", "after"),
            why,
            order=72,
        )
    )
    register(
        Holding(
            "movement.snapshot",
            _("How you stood at the beginning of each month"),
            ("month", "group", "stage"),
            why,
            order=73,
        )
    )
    # Two people stood in two places then; joining them now does not change what was.
    rules.register(rules.Rule("movement.change", moves=False))
    rules.register(rules.Rule("movement.snapshot", moves=False))
