"""Lists that somebody keeps under a name: filters, conditions, sorting, columns, all as one address."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.sharing import Kept, KeptQuerySet, shared_by_rule


class SavedListQuerySet(KeptQuerySet["SavedList"]):
    pass


class SavedList(Kept):
    """A list under a name."""

    resource = "list"

    query = models.TextField(_("address"), blank=True, help_text="As Listing.address writes it.")

    objects = SavedListQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved list")
        verbose_name_plural = _("saved lists")
        constraints: ClassVar = shared_by_rule("saved_list")

    @property
    def address(self) -> str:
        """What opens it: everything it asks, and its number, by which changes to it are noticed."""
        return f"{self.query}&saved={self.pk}" if self.query else f"saved={self.pk}"


class Mark(models.Model):
    """What one colleague made of a list: a tab, or what the customers open with."""

    access = "Read only by its own user."

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="list_marks", db_index=False)
    saved_list = models.ForeignKey(SavedList, on_delete=models.CASCADE, related_name="marks")
    is_pinned = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)
    marked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "saved_list"], name="list_is_marked_once"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="one_list_is_the_default"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.saved_list_id}"
