"""What matching keeps of a customer, in their copy and in an erasure: all of it follows from other data."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Remove, register


def register_all() -> None:
    register(
        Holding(
            "matching.record",
            _("What we compare to find out whether we have you twice"),
            (),
            Remove(),
            hidden=_("Derived from what each source told us, which the copy holds."),
            order=12,
        )
    )
    register(
        Holding(
            "matching.pair",
            _("Customers who may be the same"),
            (),
            Remove(),
            paths=("low", "high"),
            hidden=_("Says something about another customer as well."),
            order=13,
        )
    )
    register(
        Holding(
            "matching.stale",
            _("Customers to be matched"),
            (),
            Remove(),
            hidden=_("A queue; what it waits for follows from other data."),
            order=14,
        )
    )
