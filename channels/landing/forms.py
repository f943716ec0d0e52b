from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.chat.web_forms import LABELS
from channels.landing import answering, pictures
from channels.landing.models import LandingPage
from crm.lib.errors import Refused
from customers.fields.forms import PREFIX

ASK = "ask_"
ASKED = [
    ("", pgettext_lazy("form field", "Not asked")),
    ("optional", pgettext_lazy("form field", "Optional")),
    ("required", pgettext_lazy("form field", "Required")),
]
WORDS = ("title", "other", "text", "button", "thanks")


class LandingPageForm(forms.ModelForm[LandingPage]):
    """What a page says and asks. Which fields there are to ask for, the company decides."""

    upload = forms.FileField(
        label=_("Picture"), required=False, help_text=_("PNG, JPEG, GIF or WebP, at most 2 MB.")
    )
    redirect_url = forms.URLField(
        label=_("leads on to"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Instead of the thanks. Empty for our own page."),
    )
    without_picture = forms.BooleanField(label=_("Without a picture"), required=False)

    class Meta:
        model = LandingPage
        fields = (
            *("name", "slug"),
            *(f"{name}_{end}" for name in WORDS for end in ("zh", "en")),
            *("asks_consent", "redirect_url", "conversion_days"),
        )
        widgets = {
            **{f"text_{end}": forms.Textarea(attrs={"rows": 6}) for end in ("zh", "en")},
            **{f"thanks_{end}": forms.Textarea(attrs={"rows": 2}) for end in ("zh", "en")},
        }
        help_texts = {
            "name": _("Only colleagues see it."),
            "slug": _("The end of its address on the web: letters, digits and hyphens."),
            "other_zh": _(
                "With a second heading, half of the visitors see it, and the results say which won."
            ),
            "asks_consent": _("It counts once they press the button in the mail that they are sent."),
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.asks: dict[str, Any] = {name: LABELS[name] for name in answering.STANDARD}
        self.asks |= {PREFIX + one.key: one.label for one in answering.own_fields()}
        usual = {"name": False, "email": True} if not self.instance.pk else {}
        for name, label in self.asks.items():
            held = (self.instance.fields or usual).get(name)
            initial = "" if held is None else "required" if held else "optional"
            self.fields[ASK + name] = forms.ChoiceField(
                label=label, choices=ASKED, required=False, initial=initial
            )
        if not self.instance.picture:
            del self.fields["without_picture"]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = self._layout()

    def _layout(self) -> Layout:
        pairs = {name: Div(f"{name}_zh", f"{name}_en", css_class="row") for name in WORDS}
        asks = [ASK + name for name in self.asks]
        rows = [Div(*asks[start : start + 3], css_class="row") for start in range(0, len(asks), 3)]
        picture = [name for name in ("upload", "without_picture") if name in self.fields]
        return Layout(
            Div("name", "slug", css_class="row"),
            Fieldset(_("What visitors see"), pairs["title"], pairs["other"], pairs["text"], *picture),
            Fieldset(_("What they are asked"), *rows, pairs["button"], "asks_consent"),
            Fieldset(
                _("Afterwards"), pairs["thanks"], Div("redirect_url", "conversion_days", css_class="row")
            ),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("other_zh")) != bool(cleaned.get("other_en")):
            missing = "other_en" if cleaned.get("other_zh") else "other_zh"
            self.add_error(missing, _("Please write the second heading in both languages, or in none."))
        self._check_asked(cleaned)
        if upload := cleaned.get("upload"):
            try:
                pictures.put(self.instance, upload.read(pictures.LARGEST + 1))
            except Refused as problem:
                self.add_error("upload", str(problem))
        elif cleaned.get("without_picture"):
            self.instance.picture = self.instance.picture_type = ""
        return cleaned

    def _check_asked(self, cleaned: dict[str, Any]) -> None:
        said = {name: cleaned.get(ASK + name, "") for name in self.asks}
        self.instance.fields = {name: word == "required" for name, word in said.items() if word}
        if "required" not in (said["email"], said["phone"]):
            self.add_error(
                ASK + "email", _("Ask for an e-mail address or a phone number: else nobody is known again.")
            )
        if cleaned.get("asks_consent") and said["email"] != "required":
            self.add_error(
                "asks_consent", _("Without an e-mail address nobody can confirm that they want offers.")
            )


class SubmissionFilter(forms.Form):
    """Where those came from whose submissions are shown."""

    source = forms.CharField(required=False, max_length=60)
    medium = forms.CharField(required=False, max_length=40)
    label = forms.CharField(required=False, max_length=100)
    variant = forms.CharField(required=False, max_length=1)

    def asked(self) -> dict[str, str]:
        if not self.is_valid():
            return {}
        return {name: self.cleaned_data[name] for name in self.fields if name in self.data}
