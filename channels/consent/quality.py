"""What channels know of addresses: one from which mail came back is no longer right."""

from datetime import date

from django.db.models import Exists, Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from channels.consent import suppression
from channels.consent.models import Suppression
from customers.quality.rules import Dimension, Rule, register


def register_all() -> None:
    register(Rule("dead_email", Dimension.ACCURACY, 40, _("Mail to the address comes back"), _came_back))


def _came_back(today: date) -> Q | Combinable:
    dead = suppression.listed("email", "email").filter(reason=Suppression.Reason.BOUNCE)
    return ~Q(email="") & Q(Exists(dead))
