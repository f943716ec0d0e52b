"""What people type about rules, departments and capacities, cleaned."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.routing.models import Capacity, Department, Rule
from channels.routing.services import LONGEST_DAYS

MOST_TAGS, LONGEST_TAG = 10, 50


class TagsField(forms.CharField):
    """Words between commas."""

    def to_python(self, value: Any) -> Any:
        typed = (super().to_python(value) or "").replace("\x00", "")
        tags = list(dict.fromkeys(one.strip() for one in typed.replace("，", ",").split(",") if one.strip()))
        if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
            raise ValidationError(
                _("At most %(most)d tags of %(long)d characters.") % {"most": MOST_TAGS, "long": LONGEST_TAG}
            )
        return tags


class RuleForm(forms.ModelForm[Rule]):
    tags = TagsField(label=gettext_lazy("Tags"), required=False, max_length=600)
    prefers = forms.MultipleChoiceField(
        label=gettext_lazy("First asks"),
        required=False,
        choices=Rule.Prefers.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("If they are here and have room."),
    )

    class Meta:
        model = Rule
        fields = ("name", "team", "priority", "tags", "prefers", "spread", "even_offline", "enabled")

    def __init__(self, data: Any = None, *, instance: Rule | None = None) -> None:
        shown = {"tags": ", ".join(instance.tags)} if instance else {}
        super().__init__(data, instance=instance, initial=shown)
        self.head = _helper("name")
        self.helper = _helper(
            Fieldset(
                gettext_lazy("Where it goes"),
                Div(Field("team"), Field("priority"), Field("tags"), css_class="row"),
            ),
            Fieldset(gettext_lazy("Who gets it"), "prefers", "spread", "even_offline"),
            "enabled",
        )


class PlaceForm(forms.Form):
    """To which place a rule moves, counted from 1."""

    place = forms.IntegerField(min_value=1, max_value=1000)


class NoteForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("What changed"), required=False, max_length=200)


class SimulationForm(forms.Form):
    days = forms.TypedChoiceField(
        label=gettext_lazy("Conversations of"),
        coerce=int,
        choices=[
            (1, gettext_lazy("The last day")),
            (7, gettext_lazy("The last 7 days")),
            (LONGEST_DAYS, gettext_lazy("The last 31 days")),
        ],
        initial=7,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class ChangesForm(forms.Form):
    """Which differences a simulation shows, from the address of the page."""

    what = forms.ChoiceField(
        choices=[("team", ""), ("person", ""), ("priority", "")],
        required=False,
    )


class CapacityForm(forms.ModelForm[Capacity]):
    class Meta:
        model = Capacity
        fields = ("most",)

    def clean_most(self) -> int:
        most: int = self.cleaned_data["most"]
        if most > 1000:
            raise ValidationError(_("At most 1,000."))
        return most


class DepartmentForm(forms.ModelForm[Department]):
    class Meta:
        model = Department
        fields = (
            "calendar",
            "away_minutes",
            "waiting_minutes",
            "overflow",
            "answers",
            "answer_zh",
            "answer_en",
        )
        widgets = {
            "answer_zh": forms.Textarea(attrs={"rows": 3}),
            "answer_en": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, data: Any = None, *, instance: Department) -> None:
        super().__init__(data, instance=instance)
        overflow: Any = self.fields["overflow"]
        overflow.queryset = overflow.queryset.exclude(pk=instance.team_id)
        self.helper = _helper(
            "calendar",
            Fieldset(
                gettext_lazy("What moves on by itself"),
                "away_minutes",
                Div(Field("waiting_minutes"), Field("overflow"), css_class="row"),
            ),
            Fieldset(gettext_lazy("Outside opening hours"), "answers", "answer_zh", "answer_en"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("away_minutes", "waiting_minutes"):
            if cleaned.get(name) is not None and not 1 <= cleaned[name] <= 60 * 24 * 31:
                self.add_error(name, _("From one minute to 31 days."))
        if cleaned.get("waiting_minutes") and not cleaned.get("overflow"):
            self.add_error("overflow", _("Choose the department that takes over."))
        if cleaned.get("answers") and not cleaned.get("calendar"):
            self.add_error("calendar", _("Choose the calendar that says when you are closed."))
        if cleaned.get("answers") and not (cleaned.get("answer_zh") or cleaned.get("answer_en")):
            self.add_error("answer_zh", _("Write what is answered, in one language at least."))
        return cleaned


def _helper(*parts: Any) -> FormHelper:
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    made.layout = Layout(*parts)
    return made
