"""What is written down while a batch is on its way."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Waybill(models.Model):
    """A stretch of a batch: what may reach the provider from now on, and what became of the stretch before.

    Lives as long as its batch, and is read only if the worker dies meanwhile.
    """

    access = "Holds what a worker is about to write into its deliveries; read by nobody else."

    pk = models.CompositePrimaryKey("token", "number")
    token = models.CharField(max_length=32)
    number = models.PositiveSmallIntegerField()
    begun = ArrayField(models.BigIntegerField(), help_text="Deliveries whose messages may be out.")
    told = models.JSONField(help_text="What became of those before.")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("waybill")

    def __str__(self) -> str:
        return f"{self.token} {self.number}"
