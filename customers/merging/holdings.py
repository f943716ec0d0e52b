"""Merges in the customer's copy, and in an erasure: that there was one stays, the values it kept go."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "merging.merge",
            _("Which of your entries we joined"),
            ("at", "cause", "before", "after", "undone_at"),
            Blank({"before": {}, "after": {}}),
            paths=("survivor", "absorbed"),
            order=45,
        )
    )
    register(
        Holding(
            "merging.move",
            _("What moved when entries were joined"),
            (),
            Blank({"rows": []}),
            paths=("merge__survivor", "merge__absorbed"),
            hidden=_("Row numbers of tables that are in the copy themselves."),
            order=46,
        )
    )
    register(
        Holding(
            "merging.apart",
            _("Whom you are not"),
            (),
            Keep(_("Two numbers and a moment, nothing about a person.")),
            paths=("one", "other"),
            hidden=_("Names another customer, whose data is theirs."),
        )
    )
