from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from channels.models import Channel
from channels.social.models import SocialPost
from crm.lib.calendars import YEARS

ON, WORDS = "on_", "words_"


class DayForm(forms.Form):
    """Where a post is dragged to."""

    until = forms.DateField()

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise forms.ValidationError(_("There is no such day."))
        return day


class PostForm(forms.ModelForm[SocialPost]):
    """What is said, when, and on which accounts; each may have words of its own."""

    link = forms.URLField(
        label=_("Link"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("It goes out as our own link, so that clicks are counted, and with utm marks."),
    )
    picture = forms.URLField(
        label=_("Address of a picture"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = SocialPost
        fields = ("text", "link", "picture", "at")
        labels = {"text": _("Text"), "at": _("When")}
        widgets = {
            "text": forms.Textarea(attrs={"rows": 5}),
            "at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }

    def __init__(self, *arguments: Any, accounts: list[Channel], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.accounts = accounts
        rows = self.instance.postings.all() if self.instance.pk else []
        held = {one.channel_id: one.text for one in rows}
        for one in accounts:
            self.fields[ON + str(one.pk)] = forms.BooleanField(
                label=one.name, required=False, initial=one.pk in held
            )
            self.fields[WORDS + str(one.pk)] = forms.CharField(
                label=_("Words of its own for %(account)s") % {"account": one.name},
                required=False,
                max_length=4000,
                initial=held.get(one.pk, ""),
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        asked = [name for one in accounts for name in (ON + str(one.pk), WORDS + str(one.pk))]
        self.helper.layout = Layout(
            "text", Div("link", "picture", css_class="row"), "at", Fieldset(_("Accounts"), *asked)
        )

    @property
    def texts(self) -> dict[int, str]:
        """Words by account; empty ones are those of the post."""
        chosen = (one.pk for one in self.accounts if self.cleaned_data.get(ON + str(one.pk)))
        return {pk: self.cleaned_data[WORDS + str(pk)] for pk in chosen}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.accounts and not self.texts:
            self.add_error(None, _("Choose at least one account."))
        for one in self.accounts:
            longest = int(one.config.get("longest") or 2000)
            said = cleaned.get(WORDS + str(one.pk)) or cleaned.get("text") or ""
            if one.pk in self.texts and len(said) > longest:
                name = WORDS + str(one.pk)
                self.add_error(name, _("At most %(most)s characters fit there.") % {"most": longest})
        return cleaned
