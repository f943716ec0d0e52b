from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.accounts.policy import Scope
from customers.imports.models.jobs import ImportJob


class SavedMappingQuerySet(models.QuerySet["SavedMapping"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Who imports at all shares what was saved: everybody's, or that of their teams."""
        scope = user.scope("import", action)
        if scope is Scope.ALL:
            return self
        return self.filter(Q(created_by=user) | Q(team__in=user.team_ids)) if scope else self.none()


class SavedMapping(models.Model):
    """How files with certain titles are understood. Another file with them is understood so by itself."""

    name = models.CharField(pgettext_lazy("mapping", "name"), max_length=80)
    kind = models.CharField(_("what"), max_length=10, choices=ImportJob.Kind)
    titles_key = models.CharField(
        max_length=64, help_text="Made of all titles, in whichever order they stand."
    )
    columns = models.JSONField(default=dict, help_text="Field name → title in the file.")
    policies = models.JSONField(default=dict, help_text="Field name → what happens when values differ.")
    source = models.CharField(_("numbering system"), max_length=40)
    language = models.CharField(_("language of new customers"), max_length=10, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    used_at = models.DateTimeField(_("last used"), default=timezone.now)

    objects = SavedMappingQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        indexes = [models.Index(fields=["kind", "titles_key"], name="mapping_by_titles")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="mapping_name_is_unique"),
            models.CheckConstraint(name="mapping_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
