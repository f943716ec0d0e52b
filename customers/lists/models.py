"""Lists that somebody keeps under a name: filters, conditions, sorting, columns, all as one address."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.accounts.policy import Scope


class SavedListQuerySet(models.QuerySet["SavedList"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """One's own lists, and those shared with one; changing a shared one needs the right to share."""
        if not user.may("list", "view"):
            return self.none()
        own = Q(owner=user)
        if action == "view":
            ours = Q(audience=Audience.TEAM, team__in=user.teams_above_ids)
            return self.filter(own | Q(audience=Audience.ALL) | ours)
        reach = user.scope("list", "share")
        if reach is Scope.ALL:
            return self.filter(own | ~Q(audience=Audience.PRIVATE))
        if reach >= Scope.TEAM:
            return self.filter(own | Q(audience=Audience.TEAM, team__in=user.team_tree_ids))
        return self.filter(own)


class Audience(models.TextChoices):
    PRIVATE = "private", pgettext_lazy("saved list", "Only me")
    TEAM = "team", pgettext_lazy("saved list", "A team")
    ALL = "all", pgettext_lazy("saved list", "Everybody")


class SavedList(models.Model):
    """A list under a name. It stays when its maker leaves; each reader sees their own customers in it."""

    Audience = Audience

    name = models.CharField(pgettext_lazy("saved list", "name"), max_length=80)
    owner = models.ForeignKey(
        User, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="saved_lists"
    )
    audience = models.CharField(_("for"), max_length=7, choices=Audience, default=Audience.PRIVATE)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    query = models.TextField(_("address"), blank=True, help_text="As Listing.address writes it.")
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = SavedListQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved list")
        verbose_name_plural = _("saved lists")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_list_has_a_name_of_its_own"),
            models.CheckConstraint(name="saved_list_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="saved_list_for_a_team_has_one",
                condition=Q(audience=Audience.TEAM) & ~Q(team=None)
                | ~Q(audience=Audience.TEAM) & Q(team=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def pk_text(self) -> str:
        """For ids in pages, where numbers would be written with separators."""
        return str(self.pk)

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
