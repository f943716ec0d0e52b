from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from channels.consent import texts
from channels.consent.models import Purpose, State
from channels.consent.standing import CHANNELS
from customers.privacy.models import SubjectRequest


class EntryForm(forms.Form):
    """What a customer told a colleague. The reason is the proof, so there is none without it."""

    state = forms.ChoiceField(
        label=_("The customer"),
        choices=[(State.GRANTED.value, _("allows it")), (State.WITHDRAWN.value, _("no longer allows it"))],
    )
    purpose = forms.ChoiceField(label=_("What for"), choices=Purpose.choices)
    channel = forms.ChoiceField(
        label=_("Over which channel"), choices=[(one.value, one.label) for one in CHANNELS]
    )
    reason = forms.CharField(
        label=_("How do you know?"),
        max_length=300,
        help_text=_("For example: said so on the phone, ticked the box on the paper form."),
    )

    text_version = forms.ChoiceField(
        label=_("To which wording?"),
        required=False,
        help_text=_("The words the customer read or heard. Empty when nobody knows."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["text_version"]).choices = [
            ("", _("Not known")),
            *texts.codes(),
        ]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Div("state", "purpose", "channel", css_class="row"), "text_version", "reason"
        )


class SubjectForm(forms.Form):
    """What customers may ask about their data on their own page."""

    kind = forms.ChoiceField(label=_("What would you like us to do?"), choices=SubjectRequest.Kind.choices)
    note = forms.CharField(
        label=_("Anything we should know (optional)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
