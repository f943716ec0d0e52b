from datetime import timedelta
from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from crm.accounts.policy import Scope
from crm.api.models import A_PERSON
from crm.desk.goals import indicators
from crm.desk.goals.indicators import Unit
from crm.desk.goals.models import Goal, Proposal, Review


class Base(forms.ModelForm[Any]):
    def __init__(self, *arguments: Any, user: User, action: str = "create", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.user, self.scope = user, user.scope("goal", action)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        if "owner" in self.fields:
            self._field("owner").queryset = self._people()
        if "team" in self.fields:
            teams = Team.objects.all()
            self._field("team").queryset = (
                teams if self._sees_all else teams.filter(pk__in=user.team_tree_ids)
            )

    @property
    def _sees_all(self) -> bool:
        return self.scope is Scope.ALL

    def _people(self) -> Any:
        people = User.objects.filter(A_PERSON, is_active=True).order_by("name")
        return people if self._sees_all else people.filter(teams__in=self.user.team_tree_ids).distinct()

    def _field(self, name: str) -> Any:
        return cast("forms.ModelChoiceField[Any]", self.fields[name])


class GoalForm(Base):
    """The target is typed as people say it: 12 percent as 12, a reply time in minutes."""

    indicator = forms.ChoiceField(label=_("Indicator"))

    class Meta:
        model = Goal
        fields = ("indicator", "target", "whose", "team", "owner", "period", "starts_on")
        widgets = {"starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "target": _("Percentages as 12 for 12 %; reply times in minutes."),
            "starts_on": _("Any day in it."),
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._field("indicator").choices = indicators.choices()
        self.fields["team"].required = False
        if not self._sees_all:
            self._field("whose").choices = [one for one in Goal.Whose.choices if one[0] != Goal.Whose.ALL]
        goal: Goal = self.instance
        if goal.pk and goal.about:
            self.initial["target"] = round(goal.target / SCALES.get(goal.about.unit, 1), 4)
        elif not goal.pk:
            self.initial.update({"starts_on": timezone.localdate(), "owner": self.user.pk})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("whose") != Goal.Whose.TEAM:
            cleaned["team"] = None
        elif not cleaned.get("team"):
            raise ValidationError({"team": _("Choose the team.")})
        about = indicators.find(cleaned.get("indicator", ""))
        if about and cleaned.get("target"):
            cleaned["target"] *= SCALES.get(about.unit, 1)
        if (cleaned.get("target") or 0) <= 0:
            raise ValidationError({"target": _("A target is more than nothing.")})
        return cleaned


SCALES = {Unit.SHARE: 0.01, Unit.TIME: 60}


class ReviewForm(Base):
    class Meta:
        model = Review
        fields = ("month", "team")
        widgets = {"month": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"month": _("Any day in it. Only months that are over can be reviewed.")}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["team"].required = not self._sees_all
        self._field("team").empty_label = str(_("The whole company"))
        first = timezone.localdate().replace(day=1)
        self.initial.setdefault("month", (first - timedelta(days=1)).replace(day=1))


class WordsForm(Base):
    class Meta:
        model = Review
        fields = ("went_well", "went_badly")
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in fields}


class ProposalForm(Base):
    indicator = forms.ChoiceField(label=_("Should change"))

    class Meta:
        model = Proposal
        fields = ("text", "owner", "due_on", "indicator", "expected")
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"expected": _("Such as +3 % or 20 more a month.")}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._field("indicator").choices = indicators.choices()
