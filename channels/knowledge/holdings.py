"""What the knowledge base leaves at conversations, in the customer's copy and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, Keep, register

NUMBERS = _("Numbers of a conversation and of what was used in it, nothing about a person.")


def register_all() -> None:
    register(
        Holding(
            "knowledge.insertion",
            _("Articles we answered with"),
            (),
            Keep(NUMBERS),
            paths=("conversation__customer",),
            hidden=_("What the article said stands in our answer."),
        )
    )
    register(
        Holding(
            "knowledge.run",
            _("Playbooks we followed"),
            ("started_at", "playbook__name", "finished_at"),
            Keep(NUMBERS),
            paths=("conversation__customer",),
            order=75,
        )
    )
    register(
        Holding(
            "knowledge.tick",
            _("What we noted step by step"),
            ("at", "step__title", "value"),
            Blank({"value": ""}),
            paths=("run__conversation__customer",),
            order=76,
        )
    )
