"""The name of a saved pivot and who sees it; when it comes by e-mail."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from crm.accounts.sharing import KeptForm
from crm.desk.pivot.models import SavedPivot, Schedule


class PivotForm(KeptForm[SavedPivot]):
    about_teams = _("Also the teams below it see the pivot.")

    class Meta(KeptForm.Meta):
        model = SavedPivot


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
