from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer


class PersonaForm(forms.Form):
    """A customer, or the name of somebody new."""

    customer = forms.ModelChoiceField(Customer.objects.none(), required=False)
    name = forms.CharField(label=_("Name"), max_length=100, required=False)


class SaidForm(forms.Form):
    text = forms.CharField(max_length=2000, strip=True)
    subject = forms.CharField(max_length=200, required=False)


class CallForm(forms.Form):
    """How the call goes, and at whose telephone it rings."""

    RINGING, MISSED, TAKEN = "ringing", "missed", "taken"
    CHOICES = [
        (RINGING, _("It rings")),
        (MISSED, _("Nobody answers")),
        (TAKEN, _("They talk for a minute")),
    ]

    how = forms.ChoiceField(choices=CHOICES)
    agent = forms.CharField(max_length=150, required=False)


class OrderForm(forms.Form):
    """What is bought, and where it is fetched."""

    sku = forms.CharField(max_length=64)
    store = forms.CharField(max_length=40, required=False)
