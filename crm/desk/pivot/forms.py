"""The name of a saved pivot and who sees it; when it comes by e-mail."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from crm.accounts.policy import Scope
from crm.desk.pivot.models import SavedPivot, Schedule
from customers.lists.models import Audience


class PivotForm(forms.ModelForm[SavedPivot]):
    """Who may not share does not see the question."""

    class Meta:
        model = SavedPivot
        fields = ("name", "audience", "team")
        labels = {"audience": _("Who sees it")}

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._limit_to(user)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def _limit_to(self, user: User) -> None:
        reach = user.scope("pivot", "share")
        if reach < Scope.TEAM:
            for name in ("audience", "team"):
                del self.fields[name]
            return
        team = cast("forms.ModelChoiceField[Team]", self.fields["team"])
        team.required = False
        team.help_text = str(_("Also the teams below it see the pivot."))
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


class ScheduleForm(forms.ModelForm[Schedule]):
    class Meta:
        model = Schedule
        fields = ("every", "hour", "format")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        hours = [(str(hour), f"{hour:02}:00") for hour in range(24)]
        self.fields["hour"] = forms.TypedChoiceField(
            label=self.fields["hour"].label,
            choices=hours,
            coerce=int,
            initial=8,
            help_text=self.fields["hour"].help_text,
        )
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
