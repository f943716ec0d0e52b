from typing import Any

from django import forms
from django.utils.translation import gettext as _

from channels.chat.services import Said
from channels.connectors import chat
from crm.lib import phones, reading

LONGEST_PAGE = 500


class MessageForm(forms.Form):
    """What the widget sends. `id` is the browser's own number of the message."""

    id = forms.UUIDField()
    text = forms.CharField(max_length=chat.LONGEST, required=False)
    page = forms.CharField(max_length=LONGEST_PAGE, required=False)
    language = forms.CharField(max_length=10, required=False)
    name = forms.CharField(max_length=100, required=False)
    email = forms.EmailField(max_length=254, required=False)
    phone = forms.CharField(max_length=30, required=False)

    def clean_phone(self) -> str:
        if not self.cleaned_data["phone"]:
            return ""
        try:
            return phones.normalise(self.cleaned_data["phone"])
        except reading.Unreadable as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not values.get("text") and not self.files:
            raise forms.ValidationError(_("Please write something first."))
        return values

    def said(self) -> Said:
        values = {name: value for name, value in self.cleaned_data.items() if name != "id"}
        return Said(number=self.cleaned_data["id"], files=self.files.getlist("files"), **values)


class ContactForm(forms.Form):
    id = forms.UUIDField()
    email = forms.EmailField(max_length=254)
    name = forms.CharField(max_length=100, required=False)

    def said(self) -> Said:
        return Said(
            number=self.cleaned_data["id"],
            text=self.cleaned_data["email"],
            email=self.cleaned_data["email"],
            name=self.cleaned_data["name"],
            is_contact=True,
        )


class SetupForm(forms.Form):
    """What a page says when the widget opens: a token from before, or who is signed in there."""

    visitor = forms.CharField(max_length=500, required=False)
    user = forms.CharField(max_length=100, required=False)
    signature = forms.CharField(max_length=64, required=False)
    language = forms.CharField(max_length=20, required=False)


class ReadForm(forms.Form):
    up_to = forms.IntegerField(min_value=1, max_value=2**62)


class RatingForm(forms.Form):
    stars = forms.IntegerField(min_value=1, max_value=5)
    words = forms.CharField(max_length=1000, required=False)
