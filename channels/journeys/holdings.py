"""Journeys in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from channels.journeys import ending
from customers.holdings import Blank, Holding, Keep, Remove, Subject, register, register_eraser


def register_all() -> None:
    register(
        Holding(
            "journeys.step",
            _("What happened on journeys"),
            ("node", "at", "what", "result"),
            # A provider may have named the address in its refusal.
            Blank({"reason": ""}),
            paths=("run__customer",),
            order=62,
        )
    )
    register(
        Holding(
            "journeys.run",
            _("Journeys we took you on"),
            ("journey__name", "entered_at", "state", "ended_at"),
            Keep(_("Counts for the journey, and names nobody.")),
            order=64,
        )
    )
    register(
        Holding(
            "journeys.above",
            _("Journeys that wait for a change"),
            (),
            Remove(),
            hidden=_("Made of predictions, which are in the copy."),
        )
    )
    register_eraser("journeys", forget)


def forget(subject: Subject) -> list[str]:
    ending.forget(subject.pk)
    return []
