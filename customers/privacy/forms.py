"""What colleagues type about requests, erasures and retention."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.privacy.models import SubjectRequest
from customers.privacy.wording import law_of

STATUSES = [
    (SubjectRequest.Status.DONE.value, _("Done as asked")),
    (SubjectRequest.Status.REFUSED.value, _("Refused, for the reason below")),
]
# Ten years and more are for good.
MOST_DAYS = 36_500


def helper(form: forms.BaseForm, *rows: Any) -> FormHelper:
    made = FormHelper(form)
    made.form_tag = False
    made.disable_csrf = True
    if rows:
        made.layout = Layout(*rows)
    return made


class RequestForm(forms.ModelForm[SubjectRequest]):
    class Meta:
        model = SubjectRequest
        fields = ("kind", "law", "way", "proof", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "proof": _("For example: called back on the number we know, showed an identity card."),
        }

    def __init__(self, data: Any = None, *, customer: Customer) -> None:
        super().__init__(data, initial={"law": law_of(customer)})
        self.helper = helper(self, "kind", Div("law", "way", css_class="row"), "proof", "note")


class AnswerForm(forms.Form):
    status = forms.ChoiceField(label=_("What became of it"), choices=STATUSES)
    answer = forms.CharField(
        label=_("Our answer"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the customer was told. A refusal needs its reason and how to complain."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.helper = helper(self)


class ErasureForm(forms.Form):
    name = forms.CharField(
        label=_("Type the customer's name to confirm"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    why = forms.ChoiceField(
        label=_("Why"),
        choices=[
            ("request", _("The customer asked for it")),
            ("purpose", _("We no longer need the data")),
            ("unlawful", _("We should not have had it")),
        ],
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.helper = helper(self)


class RuleForm(forms.Form):
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS)
    is_on = forms.BooleanField(required=False)
