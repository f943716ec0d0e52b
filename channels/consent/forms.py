from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from channels.consent.models import Purpose, State
from channels.consent.standing import CHANNELS


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(Div("state", "purpose", "channel", css_class="row"), "reason")
