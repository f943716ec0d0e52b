"""Decisions about many pairs at once, in the customer's copy and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Remove, register


def register_all() -> None:
    register(
        Holding(
            "duplicates.batchitem",
            _("What was decided about customers who may be the same"),
            (),
            Remove(),
            paths=("pair__low", "pair__high"),
            hidden=_("Says something about another customer as well."),
            order=12,
        )
    )
