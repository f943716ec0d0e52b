"""People who work with the CRM: users, teams and who is in which."""

from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import JSONObject
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.policy import Role, Scope, scope_of


class Team(models.Model):
    """A department or a group in it. Teams form trees."""

    access = "Team names are seen by every colleague."

    name = models.CharField(_("name"), max_length=100, unique=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ("name",)
        constraints: ClassVar = [
            models.CheckConstraint(name="team_is_not_its_own_parent", condition=~Q(pk=models.F("parent"))),
        ]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class KnownTeam:
    """A team as somebody's rights need it."""

    pk: int
    name: str
    parent: int | None
    is_mine: bool


class User(AbstractUser):
    """A colleague. What they may do follows from their roles, how far from their teams."""

    access = "Names of colleagues are seen by every colleague; everything else only by administrators."

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(pgettext_lazy("person", "name"), max_length=100)
    email = models.EmailField(_("e-mail"), unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=50, blank=True, help_text=_("Empty: the company's.")
    )
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role), verbose_name=_("roles"), default=list, blank=True
    )
    teams = models.ManyToManyField(Team, verbose_name=_("teams"), blank=True, related_name="members")

    REQUIRED_FIELDS: ClassVar = ["email", "name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def zone(self) -> ZoneInfo:
        """Their own, or the company's; also when a newer system no longer knows their own."""
        try:
            return ZoneInfo(self.time_zone or settings.TIME_ZONE)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(settings.TIME_ZONE)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def scope(self, resource: str, action: str) -> Scope:
        return scope_of(self, resource, action)

    def may(self, resource: str, action: str) -> bool:
        """Whether the user may do this to at least some rows."""
        return self.scope(resource, action) > Scope.NONE

    def reach(self, resource: str) -> str:
        """A name for how far the user sees, to keep sums under: another role or team is another name."""
        teams = ".".join(map(str, self.team_tree_ids))
        return f"{self.pk}:{self.scope(resource, 'view').name}:{teams}"

    @cached_property
    def team_ids(self) -> list[int]:
        return sorted(one.pk for one in self.own_teams)

    @cached_property
    def own_teams(self) -> list[KnownTeam]:
        """In the order of their names."""
        return [one for one in self.all_teams if one.is_mine]

    @cached_property
    def team_tree_ids(self) -> list[int]:
        """The user's teams and all below them."""
        found = set(self.team_ids)
        while more := {one.pk for one in self.all_teams if one.parent in found} - found:
            found |= more
        return sorted(found)

    @cached_property
    def teams_above_ids(self) -> list[int]:
        """The user's teams and all above them: what is meant for a department is meant for its groups."""
        found = set(self.team_ids)
        while more := {one.parent for one in self.all_teams if one.pk in found and one.parent} - found:
            found |= more
        return sorted(found)

    @cached_property
    def all_teams(self) -> list[KnownTeam]:
        """Few enough to be read at once, with whoever signs in; whose they are comes along."""
        read: list[dict[str, Any]] | None = getattr(self, "read_teams", None)
        if read is None:
            read = User.objects.filter(pk=self.pk).values_list(teams_of(), flat=True).first()
        return [KnownTeam(**one) for one in read or []]


def teams_of() -> ArraySubquery:
    """All teams by name, and which of them are those of the user of the outer query."""
    through = User.teams.through.objects
    mine = through.filter(user=models.OuterRef(models.OuterRef("pk")), team=models.OuterRef("pk"))
    teams = Team.objects.order_by("name", "pk")
    return ArraySubquery(
        teams.values(json=JSONObject(pk="pk", name="name", parent="parent_id", is_mine=models.Exists(mine)))
    )
