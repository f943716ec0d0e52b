from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.consent.models import Purpose
from channels.models import Channel

LONGEST = 20_000


class MailForm(forms.Form):
    """A mail to one customer."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(label=_("Text"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}))
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[(one.value, one.label) for one in (Purpose.SERVICE, Purpose.MARKETING)],
    )
    channel = forms.ModelChoiceField(
        label=pgettext_lazy("mail", "Sent from"), queryset=Channel.objects.none(), empty_label=None
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        # Names of channels are no secret: every customer reads them as the sender.
        senders = Channel.objects.enabled().filter(kind="email").order_by("pk")
        self.fields["channel"].queryset = senders  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.widget.attrs |= {"aria-label": field.label, "id": f"mail-{name}"}
        for name in ("purpose", "channel"):
            self.fields[name].widget.attrs["class"] = "form-select compact"
        self.fields["subject"].widget.attrs |= {"class": "composer-line", "placeholder": _("Subject")}
        self.fields["body"].widget.attrs |= {"placeholder": _("Text"), "data-sends": ""}
