"""What a message step asks for: over which channel, and what it says."""

import json
from collections.abc import Iterator
from typing import Any

from crispy_forms.layout import HTML
from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from channels.campaigns import placeholders, texts, way_forms
from channels.campaigns.templating import using
from channels.campaigns.templating.forms import VersionField
from channels.campaigns.templating.models import Version
from channels.connectors.base import CannotRender
from channels.consent.models import MESSAGES
from channels.journeys import short, wording
from channels.journeys.step_form import StepForm
from channels.models import Channel
from channels.offers.models import Offer

WRITTEN = ("subject", "body")
APPROVED = ("template", "blanks")
SAYS = {"version", "body", *APPROVED}
SHOWN = HTML('{% include "journeys/_approved.html" %}')
# What a campaign calls a text is the body of a step.
NAMES = {"text": "body"}


class MessageForm(StepForm):
    rows = (("channel", "purpose"), ("version",), ("subject",), ("body",), (*APPROVED, SHOWN), ("offer",))

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
        help_text=_(
            "Personal fields such as {{ name }} are filled in per customer."
            " In short messages, how to opt out is added by itself."
        ),
    )
    template = way_forms.approved_field()
    blanks = way_forms.blanks_field()
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
        self.channels = {one.pk: one for one in way_forms.usable().order_by("name")}
        choices = [(one.pk, one.name) for one in self.channels.values()]
        self.fields["channel"].choices = choices  # type: ignore[attr-defined]
        approved = way_forms.approved_choices(self.channels.values())
        self.fields["template"].choices = approved  # type: ignore[attr-defined]
        self.initial["template"] = way_forms.approved_value(
            self.node.get("channel", 0), self.node.get("template", "")
        )
        versions = using.usable(*way_forms.KINDS, besides=[self.node.get("version") or 0])
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        self.kinds_text = json.dumps({one.pk: one.kind for one in self.channels.values()})
        self.version_kinds_text = json.dumps({one.pk: one.template.kind for one in versions})

    def settings(self) -> dict[str, Any]:
        return self._step(self.cleaned_data)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        channel = self.channels.get(data.get("channel", 0))
        if channel is not None and data.keys() >= SAYS:
            wrong = self._wrong_in_short if channel.kind in short.KINDS else self._wrong
            for name, words in wrong(channel, data):
                if name not in self.errors:
                    self.add_error(name, words)
        if channel is not None and not self.errors:
            self._check_offer(channel, data)
        return data

    def _step(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is kept of it: nothing that does not go over its channel."""
        version, channel = data.get("version"), self.channels[data["channel"]]
        is_short = channel.kind in short.KINDS
        approved = way_forms.approved_of(channel, data["template"]) if is_short else ""
        kept = {**data, "version": version and version.pk, "template": approved}
        gone = [*(WRITTEN if version else ()), *(("subject",) if is_short else ())]
        return {**kept, **dict.fromkeys(gone, ""), **({} if approved else {"blanks": ""})}

    def _wrong_in_short(self, channel: Channel, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """The same as a campaign says of what goes over one of its channels."""
        step = self._step(data)
        if len(step["body"]) > way_forms.LONGEST_TEXT:
            words = ngettext(
                "At most %(most)d character fits here.",
                "At most %(most)d characters fit here.",
                way_forms.LONGEST_TEXT,
            )
            yield "body", words % {"most": way_forms.LONGEST_TEXT}
        for name, sentence in texts.problems_of(short.way_of(step, channel, data["version"])):
            yield NAMES.get(name, name), sentence

    def _wrong(self, channel: Channel, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
        if data["version"] is None:
            yield from self._wrong_words(data)
        elif data["version"].template.kind != channel.kind:
            yield "version", gettext("This template is for another channel.")

    def _wrong_words(self, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for name in WRITTEN:
            if not data.get(name):
                yield name, gettext("Write the text here, or choose a template.")
            try:
                placeholders.parse(data.get(name, ""))
            except placeholders.NotUnderstood as problem:
                yield name, str(problem)

    def _check_offer(self, channel: Channel, data: dict[str, Any]) -> None:
        try:
            words = wording.of(self._step(data), channel)
        except CannotRender:  # the provider's template went away this very moment
            words = None
        if words and placeholders.COUPON in words.fields and not data.get("offer"):
            self.add_error("offer", _("Choose the offer whose code is given."))
