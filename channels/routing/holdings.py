"""Routing decisions in an erasure: they say which of us, never who the customer was."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, Remove, register


def register_all() -> None:
    register(
        Holding(
            "routing.decision",
            _("To whom conversations were given"),
            (),
            Keep(_("Says only which of us got a conversation.")),
            paths=("conversation__customer",),
            hidden=_("Says only which of us got a conversation."),
        )
    )
    register(
        Holding(
            "routing.change",
            _("Conversations in simulations"),
            (),
            Remove(),
            paths=("conversation__customer",),
            hidden=_("Says only which of us would have got a conversation."),
        )
    )
