"""What belongs to the touches colleagues write down by hand: earlier wordings and what is pinned."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer
from customers.timeline.models import Entry


class Revision(models.Model):
    """An earlier wording of a note, kept when its author corrected or deleted it."""

    access = "Read only through its entry."

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="revisions")
    body = models.TextField(_("text"))
    replaced_at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        User, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("earlier wording")
        verbose_name_plural = _("earlier wordings")

    def __str__(self) -> str:
        return f"{self.entry_id} {self.replaced_at:%Y-%m-%d %H:%M}"


class PinQuerySet(models.QuerySet["Pin"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user, action))


class Pin(models.Model):
    """A note that stands above the timeline, because everybody should read it first."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.CASCADE, related_name="pin")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="pins")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    objects = PinQuerySet.as_manager()

    class Meta:
        verbose_name = _("pinned note")
        verbose_name_plural = _("pinned notes")

    def __str__(self) -> str:
        return str(self.entry_id)
