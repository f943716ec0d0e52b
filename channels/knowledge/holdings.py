"""Articles and playbooks beside a conversation, in the customer's copy and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "knowledge.insertion",
            _("Articles we sent you"),
            ("at", "article__slug", "times"),
            Keep(_("Counts how useful an article is, and names nobody.")),
            paths=("conversation__customer",),
            order=76,
        )
    )
    register(
        Holding(
            "knowledge.run",
            _("Steps we followed for you"),
            ("started_at", "finished_at", "playbook__name"),
            Keep(_("Says only which steps were followed.")),
            paths=("conversation__customer",),
            order=77,
        )
    )
    register(
        Holding(
            "knowledge.tick",
            _("What was noted at those steps"),
            ("at", "value"),
            Blank({"value": ""}),
            paths=("run__conversation__customer",),
            order=78,
        )
    )
