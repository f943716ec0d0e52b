from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from channels.campaigns import body
from channels.campaigns.models import Campaign, Delivery
from channels.campaigns.placeholders import NotUnderstood
from channels.models import Channel
from crm.accounts.models import User
from segments.models import Segment


class CampaignForm(forms.ModelForm[Campaign]):
    """What is written, to whom, over which channel."""

    class Meta:
        model = Campaign
        fields = ("name", "segment", "channel", "purpose", "subject", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 14})}
        help_texts = {
            "name": _("Only colleagues see it."),
            "purpose": _("Decides which consent is asked for."),
            "body": _(
                "An empty line begins a paragraph. Web addresses become links; a paragraph that is nothing"
                " but [words](https://address) becomes a button. The unsubscribe link comes by itself."
            ),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        segments = Segment.objects.visible_to(user)
        channels = Channel.objects.enabled().filter(kind="email")
        for name, rows in (("segment", segments), ("channel", channels)):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].empty_label = _("Choose…")  # type: ignore[attr-defined]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "name", Div("segment", "channel", "purpose", css_class="form-row"), "subject", "body"
        )

    def clean_subject(self) -> str:
        return self._understood("subject")

    def clean_body(self) -> str:
        return self._understood("body")

    def _understood(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        try:
            if field == "body":
                body.read(text)
            else:
                body.mark_subject(text, body.Body())
        except NotUnderstood as problem:
            raise forms.ValidationError(str(problem)) from None
        return text


class DeliveryFilter(forms.Form):
    """Which deliveries are listed."""

    state = forms.ChoiceField(choices=[("", ""), *Delivery.State.choices], required=False)


class PreviewForm(forms.Form):
    """As whom the message is looked at."""

    q = forms.CharField(required=False, max_length=100, strip=True)
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
