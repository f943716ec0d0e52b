"""What a message step asks for: over which channel, and what it says."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.campaigns import placeholders
from channels.campaigns.templating import using
from channels.campaigns.templating.forms import VersionField
from channels.campaigns.templating.models import Version
from channels.consent.models import MESSAGES
from channels.journeys import wording
from channels.journeys.step_form import StepForm
from channels.models import Channel
from channels.offers.models import Offer

CHANNELS = ("email", "sms")
WRITTEN = ("subject", "body")


class MessageForm(StepForm):
    rows = (("channel", "purpose"), ("version",), ("subject",), ("body",), ("offer",))

    channel = forms.TypedChoiceField(label=_("Channel"), coerce=int)
    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=MESSAGES, help_text=_("Decides which consent is asked for.")
    )
    version = VersionField(
        Version.objects.none(),
        label=_("Wording"),
        empty_label=_("Written here"),
        required=False,
        help_text=_("A template brings subject, text and pictures in every language."),
    )
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    body = forms.CharField(
        label=_("Text"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Personal fields such as {{ name }} are filled in per customer."),
    )
    offer = forms.TypedChoiceField(
        label=_("Offer"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Whose codes {{ coupon }} gives: one for each customer."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers = Offer.objects.current().order_by("name").values_list("pk", "name")  # no customer data
        self.fields["offer"].choices = [("", "—"), *offers]  # type: ignore[attr-defined]
        channels = Channel.objects.enabled().filter(kind__in=CHANNELS).order_by("name")
        self.fields["channel"].choices = channels.values_list("pk", "name")  # type: ignore[attr-defined]
        versions = using.usable(*CHANNELS, besides=[self.node.get("version") or 0])
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        self.channel_kinds = dict(channels.values_list("pk", "kind"))
        self.kinds_text = json.dumps(self.channel_kinds)
        self.version_kinds_text = json.dumps({one.pk: one.template.kind for one in versions})

    def settings(self) -> dict[str, Any]:
        version: Version | None = self.cleaned_data["version"]
        if version is None:
            return {**self.cleaned_data, "version": None}
        return {**self.cleaned_data, "version": version.pk, **dict.fromkeys(WRITTEN, "")}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        version = data.get("version")
        if version is None:
            self._check_written(data)
        elif version.template.kind != self.channel_kinds.get(data.get("channel", 0), version.template.kind):
            self.add_error("version", _("This template is for another channel."))
        if not self.errors:
            words = wording.of({**data, "version": version and version.pk})
            if words and placeholders.COUPON in words.fields and not data.get("offer"):
                self.add_error("offer", _("Choose the offer whose code is given."))
        return data

    def _check_written(self, data: dict[str, Any]) -> None:
        for name in WRITTEN:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Write the text here, or choose a template."))
            try:
                placeholders.parse(data.get(name, ""))
            except placeholders.NotUnderstood as problem:
                self.add_error(name, str(problem))
