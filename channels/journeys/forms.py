"""What each kind of step asks for. `settings()` is what the design keeps of a step."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.journeys import checking
from channels.journeys.effect_forms import FieldForm, NoticeForm, OwnerForm, SegmentForm, WebhookForm
from channels.journeys.message_form import MessageForm
from channels.journeys.plan import Kind
from channels.journeys.step_form import StepForm
from channels.journeys.wait_forms import WaitForm
from crm.accounts.models import User
from segments.models import Segment


class ConditionForm(StepForm):
    rows = (("title",),)

    title = forms.CharField(
        label=_("Question"), max_length=80, help_text=_("As it stands on the card, such as: Ordered lately?")
    )


class SplitForm(StepForm):
    rows = (("percent",),)

    percent = forms.IntegerField(
        label=_("So many percent go way A"),
        min_value=1,
        max_value=99,
        initial=50,
        help_text=_("The others go way B."),
    )


class TaskForm(StepForm):
    rows = (("title",), ("assignee", "days"), ("note",))

    title = forms.CharField(label=_("What to do"), max_length=200)
    assignee = forms.TypedChoiceField(label=_("Who"), coerce=int, required=False)
    days = forms.IntegerField(label=_("Due in … days"), min_value=0, max_value=365, initial=1)
    note = forms.CharField(
        label=_("Details"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).order_by("name")
        doers = [(one.pk, str(one)) for one in people if one.may("task", "edit")]
        choices: list[tuple[Any, str | Promise]] = [("", _("Whoever owns the customer")), *doers]
        self.fields["assignee"].choices = choices  # type: ignore[attr-defined]

    def settings(self) -> dict[str, Any]:
        return {**self.cleaned_data, "assignee": self.cleaned_data["assignee"] or 0}


class TagForm(StepForm):
    rows = (("tag",), ("takes_away",))

    tag = forms.CharField(label=_("Tag"), max_length=50)
    takes_away = forms.BooleanField(label=_("Take it away instead"), required=False)


class AgainForm(StepForm):
    rows = (("to", "times"),)

    to = forms.TypedChoiceField(label=_("Go back to"), coerce=int)
    times = forms.IntegerField(
        label=_("At most … times"),
        min_value=1,
        max_value=20,
        initial=1,
        help_text=_("Then it goes on below."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from channels.journeys import words

        super().__init__(*args, **kwargs)
        passed = checking.before(self.design, self.node["id"])
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (one["id"], f"{place}. {words.title(one)}") for place, one in enumerate(passed, 1)
        ]


FORMS: dict[str, type[StepForm]] = {
    Kind.WAIT: WaitForm,
    Kind.MESSAGE: MessageForm,
    Kind.CONDITION: ConditionForm,
    Kind.SPLIT: SplitForm,
    Kind.TASK: TaskForm,
    Kind.TAG: TagForm,
    Kind.FIELD: FieldForm,
    Kind.OWNER: OwnerForm,
    Kind.SEGMENT: SegmentForm,
    Kind.NOTICE: NoticeForm,
    Kind.WEBHOOK: WebhookForm,
    Kind.AGAIN: AgainForm,
    Kind.EXIT: StepForm,
}


class PlaceForm(forms.Form):
    """Where a step is put in, and of which kind it is."""

    at = forms.RegexField(r"^[0-9]{1,6}[a-z]{0,3}$")
    kind = forms.ChoiceField(choices=Kind.choices)


class MoveForm(forms.Form):
    by = forms.TypedChoiceField(choices=[("-1", ""), ("1", "")], coerce=int)


class IntakeForm(forms.Form):
    segment = forms.ModelChoiceField(
        label=_("Segment"), queryset=Segment.objects.none(), empty_label=_("Choose…")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].queryset = Segment.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["segment"].widget.attrs["class"] = "form-select"
