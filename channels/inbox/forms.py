"""What is filled in beside a conversation."""

from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels.consent.models import Purpose
from channels.inbox.models import CannedReply, Conversation
from channels.models import Channel
from crm.accounts.models import Team, User

MORNING = time(9)
SOON = {"hour": timedelta(hours=1), "hours": timedelta(hours=4)}


class WordsForm(forms.Form):
    """A note, or what a draft keeps."""

    text = forms.CharField(max_length=20_000, required=False, strip=False)
    client_token = forms.CharField(max_length=64, required=False)


class ReplyForm(WordsForm):
    channel = forms.ModelChoiceField(queryset=Channel.objects.none(), label=pgettext_lazy("reply", "Over"))
    subject = forms.CharField(max_length=300, required=False, label=gettext_lazy("Subject"))
    template = forms.CharField(max_length=200, required=False)
    seen = forms.IntegerField(min_value=0, required=False)
    anyway = forms.BooleanField(required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["channel"].queryset = Channel.objects.enabled()  # type: ignore[attr-defined]

    @property
    def blanks(self) -> dict[str, str]:
        """What was typed into the blanks of a template."""
        typed = ((name.removeprefix("blank-"), value) for name, value in self.data.items())
        return {name: str(value)[:500] for name, value in typed if f"blank-{name}" in self.data}


class StartForm(ReplyForm):
    """What is written to somebody first. Offers ask for an act of consent."""

    PURPOSES: ClassVar = [(one.value, one.label) for one in (Purpose.SERVICE, Purpose.MARKETING)]
    purpose = forms.ChoiceField(
        choices=PURPOSES,
        label=gettext_lazy("Purpose"),
        required=False,
    )


class SnoozeForm(forms.Form):
    """One of the usual moments, or one's own."""

    for_how_long = forms.ChoiceField(
        choices=[(one, one) for one in (*SOON, "tomorrow", "monday")], required=False
    )
    until = forms.DateTimeField(
        required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], label=gettext_lazy("Until")
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("until") and not cleaned.get("for_how_long"):
            raise forms.ValidationError(_("Please choose a moment that is still to come."))
        return cleaned

    @property
    def moment(self) -> datetime:
        chosen = self.cleaned_data["for_how_long"]
        own: datetime | None = self.cleaned_data["until"]
        if own:
            return own
        now = timezone.localtime()
        if chosen in SOON:
            return now + SOON[chosen]
        days = 1 if chosen == "tomorrow" else 7 - now.weekday()
        return timezone.make_aware(datetime.combine(now.date() + timedelta(days=days), MORNING))


class AssignmentForm(forms.Form):
    """To a colleague, to a department whose rules then choose, or to nobody."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("Colleague"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody"),
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Department"),
        queryset=Team.objects.all(),
        required=False,
        empty_label=gettext_lazy("As it is"),
    )
    why = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, conversation: Conversation) -> None:
        super().__init__(data, initial={"to": conversation.assignee_id})
        people = User.objects.filter(is_active=True).exclude(roles=[]).order_by("name", "pk")
        able = [one.pk for one in people if one.may("conversation", "edit")]
        self.fields["to"].queryset = User.objects.filter(pk__in=able).order_by("name", "pk")  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.widget.attrs |= {
                "class": "form-control" if name == "why" else "form-select",
                "id": f"assign-{name}",
            }


class SubjectForm(forms.Form):
    subject = forms.CharField(max_length=300, required=False)
    tags = forms.CharField(max_length=1000, required=False)
    priority = forms.TypedChoiceField(choices=Conversation.Priority.choices, coerce=int, required=False)


class CannedForm(forms.ModelForm[CannedReply]):
    class Meta:
        model = CannedReply
        fields = ("title", "shortcut", "text", "language", "team")
        widgets = {"text": forms.Textarea(attrs={"rows": 8})}
        help_texts: ClassVar = {
            "text": gettext_lazy(
                "{{ customer.name }}, {{ customer.company }}, {{ agent.name }} and {{ number }} are filled"
                " in."
            )
        }
