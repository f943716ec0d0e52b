"""How customers belong together. Where a person works is on the customer itself, because lists show it."""

from functools import reduce
from operator import or_
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer


class RelationQuerySet(models.QuerySet["Relation"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Relations with at least one end the user may see; what the other end is called is asked apart."""
        seen = Customer.objects.visible_to(user, action)
        ends = (Exists(seen.filter(pk=OuterRef(end))) for end in ("one", "other"))
        return self.filter(reduce(or_, map(Q, ends)))

    def of(self, customer: Customer) -> Self:
        """Without those whose other end was deleted."""
        there = Q(one=customer, other__deleted_at=None) | Q(other=customer, one__deleted_at=None)
        return self.filter(there)


class Relation(models.Model):
    """Two customers and what the first is to the second: `one` referred, assists or supplies `other`."""

    class Kind(models.TextChoices):
        FAMILY = "family", pgettext_lazy("relation", "Family")
        PARTNER = "partner", pgettext_lazy("relation", "Partner")
        REFERRAL = "referral", pgettext_lazy("relation", "Referral")
        ASSISTANT = "assistant", pgettext_lazy("relation", "Assistant")
        REPORT = "report", pgettext_lazy("relation", "Superior")
        ADVISER = "adviser", pgettext_lazy("relation", "Adviser")
        SUBSIDIARY = "subsidiary", pgettext_lazy("relation", "Parent company")
        SUPPLIER = "supplier", pgettext_lazy("relation", "Supplier")

    id = models.BigAutoField(primary_key=True)
    one = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="relations_from"
    )
    other = models.ForeignKey(
        Customer, verbose_name=_("other customer"), on_delete=models.CASCADE, related_name="relations_to"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = RelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.CheckConstraint(name="relation_is_between_two", condition=~Q(one=F("other"))),
            # In whichever direction: two people cannot have referred each other.
            models.UniqueConstraint(
                "kind", Least("one", "other"), Greatest("one", "other"), name="relation_is_told_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.pk}"


# What stands before the name of the other end: on the page of `one`, and on the page of `other`. Where both
# are the same there is no direction.
LABELS: dict[str, tuple[str | Promise, str | Promise]] = {
    Relation.Kind.FAMILY: (pgettext_lazy("relation", "Family"), pgettext_lazy("relation", "Family")),
    Relation.Kind.PARTNER: (pgettext_lazy("relation", "Partner"), pgettext_lazy("relation", "Partner")),
    Relation.Kind.REFERRAL: (pgettext_lazy("relation", "Referred"), pgettext_lazy("relation", "Referred by")),
    Relation.Kind.ASSISTANT: (
        pgettext_lazy("relation", "Assistant of"),
        pgettext_lazy("relation", "Has the assistant"),
    ),
    Relation.Kind.REPORT: (pgettext_lazy("relation", "Reports to"), pgettext_lazy("relation", "Leads")),
    Relation.Kind.ADVISER: (
        pgettext_lazy("relation", "Adviser of"),
        pgettext_lazy("relation", "Advised by"),
    ),
    Relation.Kind.SUBSIDIARY: (
        pgettext_lazy("relation", "Belongs to"),
        pgettext_lazy("relation", "Parent company of"),
    ),
    Relation.Kind.SUPPLIER: (
        pgettext_lazy("relation", "Supplies"),
        pgettext_lazy("relation", "Supplied by"),
    ),
}
FORWARD, BACKWARD = "to", "from"


def is_directed(kind: str) -> bool:
    forward, backward = LABELS[kind]
    return str(forward) != str(backward)
