from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from channels.sandbox.models import Faults, SandboxMessageQuerySet


class MailboxFilter(forms.Form):
    """The list's search field. What cannot be an address finds nothing and breaks nothing."""

    q = forms.CharField(label=_("Address begins with"), required=False, max_length=320)

    def apply(self, messages: SandboxMessageQuerySet) -> SandboxMessageQuerySet:
        return messages.to(self.cleaned_data["q"]) if self.is_valid() else messages.none()


class FaultsForm(forms.ModelForm[Faults]):
    class Meta:
        model = Faults
        fields = (
            *("delay", "temporary", "permanent", "dropped"),
            *("failing", "erring", "cut", "dripping", "twins", "refused"),
        )

    @property
    def helper(self) -> FormHelper:
        made = FormHelper()
        made.form_tag = False
        made.disable_csrf = True
        made.layout = Layout(*self.Meta.fields)
        return made
