"""The channels of a campaign as people choose them: its own first, then those that stand in for it."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import services
from channels.campaigns import approved, texts, ways
from channels.campaigns.lengths import Typed
from channels.campaigns.models import MOST_WAYS, Campaign, Way
from channels.campaigns.templating import using
from channels.campaigns.templating.forms import VersionField
from channels.campaigns.templating.models import Version
from channels.connectors import registry
from channels.models import Channel

# Who reads them is somebody; on a website they would have to be there at that moment.
TEXT_KINDS = ("sms", "whatsapp", "wechat")
KINDS = ("email", *TEXT_KINDS)
LONGEST_TEXT = 1500


def usable() -> "QuerySet[Channel]":
    """Accounts over which one can write to people without having been written to in a conversation."""
    sending = [one.key for one in registry.every() if one.kind in KINDS and one.caps.sends]
    return Channel.objects.enabled().filter(connector__in=sending, kind__in=KINDS).order_by("kind", "name")


def approved_field() -> forms.ChoiceField:
    """A provider's template; which one says its value together with the account."""
    return forms.ChoiceField(
        label=gettext_lazy("Approved template"),
        required=False,
        help_text=gettext_lazy("For those who did not write to us lately. Without one they are left out."),
    )


def blanks_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Blanks of the template"),
        required=False,
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One line for each blank, in their order."),
    )


def approved_choices(accounts: Iterable[Channel]) -> list[tuple[str, str]]:
    named = [(one, each.name) for one in accounts for each in services.templates_of(one)]
    return [("", _("None")), *((approved_value(one.pk, name), f"{one.name}: {name}") for one, name in named)]


def approved_value(account: int, name: str) -> str:
    return f"{account}:{name}" if name else ""


def approved_of(account: Channel, value: str) -> str:
    """The name of what was chosen, if it is a template of this account."""
    owner, _colon, name = value.partition(":")
    return name if owner == str(account.pk) else ""


class WayForm(forms.Form):
    """One channel and what it says. The first has its channel in the campaign's own form."""

    channel = forms.ModelChoiceField(
        label=gettext_lazy("Channel"), queryset=Channel.objects.none(), required=False
    )
    version = VersionField(
        Version.objects.none(),
        label=gettext_lazy("Wording"),
        empty_label=gettext_lazy("Written here"),
        required=False,
    )
    text = forms.CharField(
        label=gettext_lazy("Short text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("How to opt out is added by itself."),
    )
    template = approved_field()
    blanks = blanks_field()

    def __init__(
        self,
        data: Any,
        initial: dict[str, Any],
        *,
        place: int,
        channels: "QuerySet[Channel]",
        versions: "QuerySet[Version]",
    ) -> None:
        super().__init__(data, initial=initial, prefix=f"way{place}")
        self.place = place
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]
        self.fields["channel"].empty_label = _("None")  # type: ignore[attr-defined]
        if place == 1:
            del self.fields["channel"]
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        self.fields["template"].choices = approved_choices(channels)  # type: ignore[attr-defined]

    @property
    def channel_field(self) -> forms.BoundField | None:
        return self["channel"] if "channel" in self.fields else None

    @property
    def version_field(self) -> forms.BoundField:
        return self["version"]

    @property
    def text_field(self) -> forms.BoundField:
        return self["text"]

    @property
    def template_field(self) -> forms.BoundField:
        return self["template"]

    @property
    def blanks_field(self) -> forms.BoundField:
        return self["blanks"]

    def way(self, channel: Channel) -> Way:
        """What was typed, for this channel. A template of another account is none of this one's."""
        data = self.cleaned_data
        if channel.kind == "email":
            return Way(channel=channel)
        template = approved_of(channel, data["template"])
        return Way(
            channel=channel,
            version=data["version"],
            text="" if data["version"] else data["text"].strip(),
            template=template,
            blanks=data["blanks"] if template else "",
        )


class WaysForm:
    """All channels of one campaign, beside its own form."""

    def __init__(self, data: Any, campaign: Campaign) -> None:
        channels = usable()
        known = {way.place: way for way in ways.of(campaign)} if campaign.pk else {}
        chosen = [way.version_id for way in known.values() if way.version_id]
        versions = using.usable(*TEXT_KINDS, besides=chosen)
        self.forms = [
            WayForm(data, _initial(known.get(place)), place=place, channels=channels, versions=versions)
            for place in range(1, MOST_WAYS + 1)
        ]
        self.kinds_text = json.dumps({one.pk: one.kind for one in channels})
        self.version_kinds_text = json.dumps({one.pk: one.template.kind for one in versions})
        self.ways: list[Way] = []

    def is_valid(self, first: Channel | None) -> bool:
        """`first` is what the campaign's own form says."""
        if not all([form.is_valid() for form in self.forms]) or first is None:  # noqa: C419 - each is to speak
            return False
        others = [(one, one.cleaned_data["channel"]) for one in self.forms[1:]]
        taken: set[int] = set()
        for form, channel in [(self.forms[0], first), *(one for one in others if one[1])]:
            if channel.pk in taken:
                form.add_error("channel", _("This channel is among those before it."))
            taken.add(channel.pk)
            way = form.way(channel)
            for name, words in () if way.is_mail else texts.problems_of(way):
                form.add_error(name, words)
            self.ways.append(way)
        return not any(form.errors for form in self.forms)

    @property
    def has_mail(self) -> bool:
        return any(way.is_mail for way in self.ways)


def are_valid(form: "forms.ModelForm[Campaign]", over: WaysForm) -> bool:
    """Whether the campaign and its channels are, and fit: a mail needs a subject and a text."""
    valid = form.is_valid()
    if not form.is_bound:
        return False
    fits = over.is_valid(form.cleaned_data.get("channel"))
    if over.has_mail:
        for name in ("subject", "body"):
            if not form.cleaned_data.get(name) and name not in form.errors:
                form.add_error(name, _("This field is required."))
    return valid and fits and not form.errors


def _initial(way: Way | None) -> dict[str, Any]:
    if way is None:
        return {}
    return {
        "channel": way.channel,
        "version": way.version,
        "text": way.text,
        "template": approved_value(way.channel.pk, way.template),
        "blanks": way.blanks,
    }


class LengthForm(forms.Form):
    """A short text on its way to being written, out of the form of the whole campaign."""

    purpose = forms.CharField(required=False, max_length=10)

    def __init__(self, data: Any, *, place: int) -> None:
        super().__init__(data)
        self.text, self.channel = f"way{place}-text", "channel" if place == 1 else f"way{place}-channel"
        self.fields[self.text] = forms.CharField(required=False, max_length=1500, strip=False)
        self.fields[self.channel] = forms.ModelChoiceField(queryset=usable(), required=False)

    def typed(self) -> Typed:
        data = self.cleaned_data if self.is_valid() else {}
        return Typed(data.get(self.text, ""), data.get(self.channel), data.get("purpose", ""))


class ApprovedForm(forms.Form):
    """A provider's template and its blanks, out of the form of a campaign or of a journey's step."""

    template = forms.CharField(required=False, max_length=200)
    blanks = forms.CharField(required=False, max_length=1500, strip=False)

    def shown(self) -> approved.Shown | None:
        """None where none is chosen, or none that its account has."""
        if not self.is_valid():
            return None
        owner, _colon, name = self.cleaned_data["template"].partition(":")
        account = usable().filter(pk=int(owner)).first() if owner.isdecimal() and len(owner) < 19 else None
        known = services.templates_of(account) if account else ()
        found = next((one for one in known if one.name == name), None)
        return approved.show(found, self.cleaned_data["blanks"]) if found else None


class WayFilter(forms.Form):
    """Which channel of a campaign is asked about; all of them unless it says so."""

    way = forms.IntegerField(required=False, min_value=1, max_value=MOST_WAYS)

    @property
    def place(self) -> int:
        return (self.cleaned_data["way"] or 0) if self.is_valid() else 0
