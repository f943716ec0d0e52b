"""The fields of a web form, made from its channel's settings."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.connectors.webform import STANDARD, Question, questions_of
from channels.models import Channel
from crm.lib import phones, reading

SALT = "channels.chat.form"
# Nobody fills in a form this quickly, and no page stays open for longer.
QUICKEST, SLOWEST = 2, 24 * 3600
TRAP = "website"

LABELS = {
    "name": pgettext_lazy("form", "Your name"),
    "email": pgettext_lazy("form", "E-mail"),
    "phone": pgettext_lazy("form", "Phone"),
    "company": pgettext_lazy("form", "Company"),
    "city": pgettext_lazy("form", "City"),
    "message": pgettext_lazy("form", "Message"),
}
LONGEST = {"name": 100, "email": 254, "phone": 30, "company": 200, "city": 80, "message": 4000}
AUTOCOMPLETE = {
    "name": "name",
    "email": "email",
    "phone": "tel",
    "company": "organization",
    "city": "address-level2",
}


class Sending(forms.Form):
    """What every form of ours brings: a trap, a stamp, contacts as customers' are kept."""

    # Machines fill in whatever there is; people do not see this one.
    website = forms.CharField(required=False, max_length=200)
    stamp = forms.CharField(max_length=2000, widget=forms.HiddenInput)

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        return address.lower()

    def clean_phone(self) -> str:
        if not self.cleaned_data["phone"]:
            return ""
        try:
            return phones.normalise(self.cleaned_data["phone"])
        except reading.Unreadable as error:
            raise forms.ValidationError(str(error)) from error

    @property
    def asked(self) -> list[forms.BoundField]:
        """What people see, in order."""
        hidden = (TRAP, "stamp", "consent")
        return [self[name] for name in self.fields if name not in hidden]

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get(TRAP))


class WebForm(Sending):
    def __init__(self, channel: Channel, language: str, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.config, self.language = channel.config, language
        for name in STANDARD:
            if asked := str(channel.config.get(name, "")):
                self.fields[name] = standard(name, required=asked == "required")
        self.questions = questions_of(channel.config)
        for number, question in enumerate(self.questions):
            self.fields[f"question_{number}"] = _own(question, language)
        if channel.config.get("asks_consent"):
            self.fields["consent"] = forms.BooleanField(required=False)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "form-control")

    def raw(self, number: UUID, title: str, page: str) -> bytes:
        """What is kept of it."""
        values = {name: str(self.cleaned_data.get(name) or "") for name in STANDARD}
        answers = []
        for place, question in enumerate(self.questions):
            if said := _spoken(self.cleaned_data.get(f"question_{place}")):
                answers.append([question.label(self.language), said])
        return json.dumps(
            {
                "id": str(number),
                "at": timezone.now().timestamp(),
                "values": values,
                "answers": answers,
                "language": self.language,
                "title": title,
                "page": page,
            }
        ).encode()


def new_stamp() -> str:
    """Says when the page was made, and names what will be sent from it."""
    return signing.dumps(uuid4().hex, salt=SALT)


def read_stamp(stamp: str) -> tuple[UUID | None, bool]:
    """The number of what is sent, None if the page is not ours or too old; and whether it came too soon."""
    try:
        number = UUID(signing.loads(stamp, salt=SALT, max_age=SLOWEST))
    except (signing.BadSignature, ValueError, TypeError):
        return None, False
    try:
        signing.loads(stamp, salt=SALT, max_age=QUICKEST)
    except signing.SignatureExpired:
        return number, False
    return number, True


def standard(name: str, *, required: bool) -> forms.Field:
    kinds: dict[str, type[forms.CharField]] = {"email": forms.EmailField}
    field = kinds.get(name, forms.CharField)(label=LABELS[name], required=required, max_length=LONGEST[name])
    if name == "message":
        field.widget = forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST[name]})
    if name in AUTOCOMPLETE:
        field.widget.attrs["autocomplete"] = AUTOCOMPLETE[name]
    return field


def _own(question: Question, language: str) -> forms.Field:
    given: dict[str, Any] = {"label": question.label(language), "required": question.is_required}
    if question.kind == "choice":
        choices = [("", "—"), *((one, one) for one in question.choices)]
        select = forms.Select(attrs={"class": "form-select"})
        return forms.ChoiceField(choices=choices, widget=select, **given)
    if question.kind == "yes":
        return forms.BooleanField(widget=forms.CheckboxInput(attrs={"class": "form-check-input"}), **given)
    if question.kind == "number":
        return forms.DecimalField(max_digits=20, **given)
    if question.kind == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **given)
    if question.kind == "long":
        return forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), **given)
    return forms.CharField(max_length=300, **given)


def _spoken(value: Any) -> str:
    if value is True:
        return str(_("yes"))
    if isinstance(value, date):
        return value.isoformat()
    return "" if value in (None, False) else str(value)
