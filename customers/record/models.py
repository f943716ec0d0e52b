"""What changed about a customer: who, when, which field, from what to what. Rows are only ever added."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user, action))

    def since(self, customer: Customer, version: int) -> Self:
        """What was saved after somebody saw this version, oldest first."""
        return self.filter(customer=customer, version__gt=version).order_by("version", "pk")


class Change(models.Model):
    """One field of one save. `version` is the customer's after it: all rows of a save share it.

    The only index is that of the constraint; it serves reading a customer's history and asking what
    happened to a field since a version. A database trigger keeps everybody from changing rows.
    """

    class Source(models.TextChoices):
        FORM = "form", _("Edit form")
        INLINE = "inline", _("Customer page")
        BULK = "bulk", _("Several at once")
        IMPORT = "import", pgettext_lazy("noun", "Import")
        API = "api", _("Interface")
        ADMIN = "admin", _("Administration")
        UNDO = "undo", _("Undone")
        MERGE = "merge", pgettext_lazy("noun", "Merge")
        CUSTOMER = "self", _("The customer")

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="changes", db_index=False)
    version = models.PositiveIntegerField(_("version"))
    field = models.CharField(_("field"), max_length=60)
    old = models.JSONField(_("before"), null=True)
    new = models.JSONField(_("after"), null=True)
    source = models.CharField(_("by way of"), max_length=6, choices=Source)
    by = models.ForeignKey(
        User, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "version", "field"], name="field_changes_once_in_a_save"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.field}"
