"""What colleagues say of an event, what guests say of themselves, what the door types."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.events.models import Event
from channels.events.registering import Guest
from crm.accounts.models import User
from crm.lib import phones, reading
from segments.models import Segment

SALT = "channels.events.form"
# Nobody fills in a form this quickly, and no page stays open for longer.
QUICKEST, SLOWEST = 2, 24 * 3600
TRAP = "website"


class EventForm(forms.ModelForm[Event]):
    online_url = forms.URLField(
        label=_("Online address"), max_length=500, required=False, assume_scheme="https"
    )

    class Meta:
        model = Event
        fields = (
            *("title_zh", "title_en", "text_zh", "text_en", "starts_at", "ends_at", "place", "online_url"),
            *("capacity", "register_until", "has_waiting_list", "asks_consent"),
        )
        widgets = {
            **dict.fromkeys(("text_zh", "text_en"), forms.Textarea(attrs={"rows": 5})),
            **dict.fromkeys(
                ("starts_at", "ends_at", "register_until"),
                forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Div("title_zh", "title_en", css_class="row"),
            Div("text_zh", "text_en", css_class="row"),
            Fieldset(
                _("When and where"),
                Div("starts_at", "ends_at", css_class="row"),
                Div("place", "online_url", css_class="row"),
            ),
            Fieldset(
                _("Registration"),
                Div("capacity", "register_until", css_class="row"),
                "has_waiting_list",
                "asks_consent",
            ),
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        begins, ends, capacity = data.get("starts_at"), data.get("ends_at"), data.get("capacity")
        if begins and ends and ends <= begins:
            self.add_error("ends_at", _("The end has to come after the beginning."))
        if capacity is not None and capacity < self.instance.taken:
            self.add_error("capacity", _("More guests than that are registered already."))
        return data


class InviteForm(forms.Form):
    segment = forms.ModelChoiceField(
        label=_("Segment"), queryset=Segment.objects.none(), empty_label=_("Choose…")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].queryset = Segment.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["segment"].widget.attrs["class"] = "form-select"


class GuestForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("form", "Your name"), max_length=100)
    email = forms.EmailField(label=pgettext_lazy("form", "E-mail"), max_length=254)
    phone = forms.CharField(label=pgettext_lazy("form", "Phone"), max_length=30, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for name, way in (("name", "name"), ("email", "email"), ("phone", "tel")):
            self.fields[name].widget.attrs |= {"class": "form-control", "autocomplete": way}

    def clean_name(self) -> str:
        return reading.line(self.cleaned_data["name"], longest=100) or "–"

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        return address.lower()

    def clean_phone(self) -> str:
        try:
            return phones.normalise(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""
        except reading.Unreadable as error:
            raise forms.ValidationError(str(error)) from error

    def guest(self, **more: Any) -> Guest:
        said = self.cleaned_data
        return Guest(said["name"], said["email"], said["phone"], **more)


class RegisterForm(GuestForm):
    """The public one: with a trap for machines and a stamp that says when the page was made."""

    consent = forms.BooleanField(required=False)
    # Machines fill in whatever there is; people do not see this one.
    website = forms.CharField(required=False, max_length=200)
    stamp = forms.CharField(max_length=200, widget=forms.HiddenInput)

    @property
    def asked(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "email", "phone")]

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get(TRAP))


class WalkInForm(GuestForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="walk-in-%s", **kwargs)
        self.fields["email"].required = False
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"


class FindForm(forms.Form):
    q = forms.CharField(
        label=_("Name, code, or last four digits of the phone"), max_length=100, required=False
    )

    def typed(self) -> str:
        return str(self.cleaned_data["q"]) if self.is_valid() else ""


def new_stamp() -> str:
    return signing.dumps("event", salt=SALT)


def age_of(stamp: str) -> str:
    """ "old" if the page is not ours or was open for too long, "quick" if no person is that fast."""
    try:
        signing.loads(stamp, salt=SALT, max_age=SLOWEST)
    except signing.BadSignature:
        return "old"
    try:
        signing.loads(stamp, salt=SALT, max_age=QUICKEST)
    except signing.SignatureExpired:
        return ""
    return "quick"
