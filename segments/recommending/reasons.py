"""Why something is suggested, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from segments.recommending.suggesting import Slot, Suggestion


def reason(one: Suggestion) -> str:
    if one.slot is Slot.AGAIN:
        return _again(one)
    if one.slot is Slot.WITH:
        return _("Bought %(product)s; %(share)s %% of its buyers also bought this.") % {
            "product": one.because,
            "share": f"{(one.share or 0) * 100:.0f}",
        }
    if one.customers:
        return ngettext(
            "Popular: %(number)s customer bought it in the last 30 days.",
            "Popular: %(number)s customers bought it in the last 30 days.",
            one.customers,
        ) % {"number": f"{one.customers:,}"}
    return _("One of our best-sellers.")


def _again(one: Suggestion) -> str:
    values = {"days": one.days or 1, "ago": one.ago or 0}
    if one.because:
        return (
            ngettext(
                "Buys this about every day, last %(ago)d days ago.",
                "Buys this about every %(days)d days, last %(ago)d days ago.",
                values["days"],
            )
            % values
        )
    return (
        ngettext(
            "Bought this %(ago)d days ago; others buy it again after about a day.",
            "Bought this %(ago)d days ago; others buy it again after about %(days)d days.",
            values["days"],
        )
        % values
    )
