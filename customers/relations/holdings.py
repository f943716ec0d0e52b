"""Relations in the customer's own copy: how, not with whom, because the other person's name is theirs."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Remove, register


def register_all() -> None:
    register(
        Holding(
            "relations.relation",
            _("Whom you belong together with"),
            ("kind", "created_at"),
            Remove(),
            paths=("one", "other"),
            hidden=_("The names of other customers are not part of your data."),
        )
    )
