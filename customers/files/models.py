"""Files that colleagues keep with a customer."""

import secrets
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user, action))


FOLDER = "attachments"


def place(attachment: "Attachment", name: str) -> str:
    """A name nobody can guess and no program would run: what the file is called stands in its row only."""
    token = secrets.token_hex(16)
    return f"{FOLDER}/{token[:2]}/{token}"


class Attachment(models.Model):
    """A file with a customer. It is only ever handed out by a view that asks who wants it."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="attachments", db_index=False
    )
    name = models.CharField(pgettext_lazy("file", "name"), max_length=160)
    file = models.FileField(_("file"), upload_to=place, max_length=120)
    size = models.PositiveIntegerField(_("size"))
    media_type = models.CharField(
        _("type"), max_length=100, help_text=_("As its content says, not its name.")
    )
    digest = models.CharField("SHA-256", max_length=64)
    by = models.ForeignKey(
        User, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.CheckConstraint(name="attachment_has_a_name", condition=~models.Q(name="")),
            models.UniqueConstraint(fields=["customer", "digest"], name="attachment_is_kept_once"),
        ]

    def __str__(self) -> str:
        return self.name
