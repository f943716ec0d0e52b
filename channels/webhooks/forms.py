"""What people type about webhooks, cleaned."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.webhooks.events import KINDS
from channels.webhooks.models import Subscription
from channels.webhooks.posting import CannotPost, aim
from channels.webhooks.reasons import PROBLEMS


class SubscriptionForm(forms.ModelForm[Subscription]):
    url = forms.CharField(
        label=pgettext_lazy("webhook", "Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("It gets a POST for every event and answers with a status from 200 to 299."),
    )
    events = forms.MultipleChoiceField(
        label=_("Tell it when"), choices=list(KINDS.items()), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Subscription
        fields = ("name", "url", "events", "enabled")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_url(self) -> str:
        """Asked again at each delivery: a name may mean another address tomorrow."""
        url: str = self.cleaned_data["url"].strip()
        try:
            aim(url)
        except CannotPost as error:
            raise ValidationError(str(PROBLEMS[error.code])) from None
        return url
