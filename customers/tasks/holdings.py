"""Tasks in the customer's copy, and in an erasure: that there was something to do stays, what it was goes."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "tasks.task",
            _("What we had to do for you"),
            ("title", "kind", "note", "due_on", "state", "closed_at"),
            Blank({"title": "–", "note": ""}),
            order=55,
        )
    )
    register(
        Holding(
            "tasks.lastcontact",
            _("When we last spoke"),
            ("at", "channel"),
            Keep(_("A moment and a channel, and names nobody.")),
            order=56,
        )
    )
