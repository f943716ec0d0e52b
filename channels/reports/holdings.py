"""What service reports count, in the customer's copy and in an erasure: the counts stay, words go."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "reports.rating",
            _("How you rated our answers"),
            ("asked_at", "at", "score", "comment"),
            Blank({"comment": ""}),
            paths=("conversation__customer",),
            order=75,
        )
    )
    register(
        Holding(
            "reports.fact",
            _("What our reports count of a conversation"),
            (),
            Keep(_("Only times and counts; they name nobody.")),
            paths=("conversation__customer",),
            hidden=_("Only times and counts; the conversation itself is shown."),
        )
    )
