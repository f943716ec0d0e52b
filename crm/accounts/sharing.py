"""What somebody keeps under a name and may share with a team, those below it, or everybody.

class SavedList(Kept):
    resource = "list"
    objects = SavedListQuerySet.as_manager()   # a KeptQuerySet["SavedList"]

    class Meta:
        constraints = shared_by_rule("saved_list")
"""

from typing import Any, ClassVar, Self, TypeVar, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import Team, User
from crm.accounts.policy import Scope

Row = TypeVar("Row", bound="Kept")


class Audience(models.TextChoices):
    PRIVATE = "private", pgettext_lazy("saved list", "Only me")
    TEAM = "team", pgettext_lazy("saved list", "A team")
    ALL = "all", pgettext_lazy("saved list", "Everybody")


class KeptQuerySet(models.QuerySet[Row]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """One's own, and those shared with one; changing a shared one needs the right to share."""
        if not user.may(self.model.resource, "view"):
            return self.none()
        own = Q(owner=user)
        if action == "view":
            ours = Q(audience=Audience.TEAM, team__in=user.teams_above_ids)
            return self.filter(own | Q(audience=Audience.ALL) | ours)
        reach = user.scope(self.model.resource, "share")
        if reach is Scope.ALL:
            return self.filter(own | ~Q(audience=Audience.PRIVATE))
        if reach >= Scope.TEAM:
            return self.filter(own | Q(audience=Audience.TEAM, team__in=user.team_tree_ids))
        return self.filter(own)


class Kept(models.Model):
    """It stays when its maker leaves; each reader sees their own customers in it."""

    resource: ClassVar[str]

    name = models.CharField(pgettext_lazy("saved list", "name"), max_length=80)
    owner = models.ForeignKey(User, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(_("for"), max_length=7, choices=Audience, default=Audience.PRIVATE)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def pk_text(self) -> str:
        """For ids in pages, where numbers would be written with separators."""
        return str(self.pk)


def shared_by_rule(what: str) -> list[models.BaseConstraint]:
    """A name, one of its own for its maker; a team if it is for a team, and only then."""
    for_team, no_team = Q(audience=Audience.TEAM), Q(team=None)
    return [
        models.UniqueConstraint(fields=["owner", "name"], name=f"{what}_has_a_name_of_its_own"),
        models.CheckConstraint(name=f"{what}_has_a_name", condition=~Q(name="")),
        models.CheckConstraint(
            name=f"{what}_for_a_team_has_one", condition=for_team & ~no_team | ~for_team & no_team
        ),
    ]


class KeptForm(forms.ModelForm[Row]):
    """The name and who sees it; who may not share does not see the question."""

    about_teams: ClassVar[str | Promise]

    class Meta:
        fields = ("name", "audience", "team")
        labels: ClassVar = {"audience": _("Who sees it")}

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._limit_to(user)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def _limit_to(self, user: User) -> None:
        reach = user.scope(self.instance.resource, "share")
        if reach < Scope.TEAM:
            for name in ("audience", "team"):
                del self.fields[name]
            return
        team = cast("forms.ModelChoiceField[Team]", self.fields["team"])
        team.required = False
        team.help_text = str(self.about_teams)
        if reach < Scope.ALL:
            choice = cast("forms.ChoiceField", self.fields["audience"])
            choice.choices = [one for one in Audience.choices if one[0] != Audience.ALL]
            team.queryset = Team.objects.filter(pk__in=user.team_tree_ids)

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "audience" in self.fields:
            if cleaned.get("audience") != Audience.TEAM:
                cleaned["team"] = None
            elif not cleaned.get("team"):
                raise ValidationError({"team": _("Choose the team.")})
        return cleaned
