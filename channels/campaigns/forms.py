from typing import Any, TypeVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.campaigns import body
from channels.campaigns.books import FAMILY
from channels.campaigns.models import Campaign, CampaignQuerySet, Delivery, DeliveryQuerySet, Variant
from channels.campaigns.placeholders import NotUnderstood
from channels.campaigns.templating import using
from channels.campaigns.templating.forms import VersionField
from channels.campaigns.way_forms import usable
from channels.offers.models import Offer
from crm.accounts.models import User
from segments.models import Segment

Words = TypeVar("Words", Campaign, Variant)


class WordsForm(forms.ModelForm[Words]):
    """A subject and a text that can be filled in, or a template that has both."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [self.instance.version_id] if self.instance.version_id else []
        field = VersionField(using.usable("email", besides=chosen), required=False)
        field.label, field.empty_label = _("Wording"), _("Written here")
        field.help_text = _("A template brings subject, text and pictures in every language.")
        self.fields["version"] = field
        self.fields["subject"].required = self.fields["body"].required = False

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if version := data.get("version"):
            data["subject"], data["body"] = using.plain(version)
        return data

    def clean_subject(self) -> str:
        return self._understood("subject")

    def clean_body(self) -> str:
        return self._understood("body")

    def _understood(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        try:
            if field == "body":
                body.read(text)
            else:
                body.mark_subject(text, body.Body())
        except NotUnderstood as problem:
            raise forms.ValidationError(str(problem)) from None
        return text


class CampaignForm(WordsForm[Campaign]):
    """What is written, to whom, over which channel."""

    class Meta:
        model = Campaign
        fields = (
            *("name", "segment", "channel", "purpose", "version", "subject", "body", "offer"),
            *(
                "starts_at",
                "expires_at",
                "first_hour",
                "excluded",
                "holdout",
                "conversion_days",
                "marks_links",
            ),
        )
        widgets = {
            "body": forms.Textarea(attrs={"rows": 14}),
            "excluded": forms.SelectMultiple(attrs={"size": 4}),
            **dict.fromkeys(
                ("starts_at", "expires_at"),
                forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            ),
        }
        help_texts = {
            "name": _("Only colleagues see it."),
            "purpose": _("Decides which consent is asked for."),
            "body": _(
                "An empty line begins a paragraph. Web addresses become links; a paragraph that is nothing"
                " but [words](https://address) becomes a button. The unsubscribe link comes by itself."
            ),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        segments = Segment.objects.visible_to(user)
        channels = usable()
        for name in ("holdout", "conversion_days", "first_hour"):
            self.fields[name].required = False
        self.fields["excluded"].queryset = segments  # type: ignore[attr-defined]
        self.fields["offer"].queryset = Offer.objects.visible_to(user).current()  # type: ignore[attr-defined]
        for name, rows in (("segment", segments), ("channel", channels)):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].empty_label = _("Choose…")  # type: ignore[attr-defined]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "name",
            Div("segment", "channel", "purpose", css_class="row"),
            "version",
            "subject",
            "body",
            "offer",
            Fieldset(_("When"), Div("starts_at", "expires_at", "first_hour", css_class="row")),
            Fieldset(
                _("Audience and proof"),
                "excluded",
                Div("holdout", "conversion_days", css_class="row"),
                "marks_links",
            ),
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        starts_at, expires_at = data.get("starts_at"), data.get("expires_at")
        if expires_at and expires_at <= max(starts_at or timezone.now(), timezone.now()):
            self.add_error("expires_at", _("The last moment has to come after the start."))
        return data

    def clean_holdout(self) -> int:
        return self._or_default("holdout")

    def clean_first_hour(self) -> int:
        return self._or_default("first_hour")

    def clean_conversion_days(self) -> int:
        return self._or_default("conversion_days")

    def _or_default(self, field: str) -> int:
        given: int | None = self.cleaned_data[field]
        return int(getattr(Campaign(), field)) if given is None else given


class VariantForm(WordsForm[Variant]):
    """Another wording."""

    class Meta:
        model = Variant
        fields = ("version", "subject", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 14})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in ("subject", "body"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Write the text here, or choose a template."))
        return data


class TestForm(forms.ModelForm[Campaign]):
    """How many try the variants first, and how the winner is found."""

    class Meta:
        model = Campaign
        fields = ("test_share", "decide_by", "test_hours")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decide_by"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody: all variants go on")),
            *Campaign.Metric.choices,
        ]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout(Div("test_share", "decide_by", "test_hours", css_class="row"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("test_share", 100) < 100 and not data.get("decide_by"):
            self.add_error("decide_by", _("Say how the winner is found for whom the others wait."))
        return data


class WinnerForm(forms.Form):
    """Which variant those who wait are to get."""

    number = forms.IntegerField(min_value=1, max_value=5)

    def __init__(self, *args: Any, campaign: Campaign) -> None:
        super().__init__(*args)
        self.numbers = [1, *campaign.variants.values_list("number", flat=True)]

    @property
    def problem(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)

    def clean_number(self) -> int:
        number: int = self.cleaned_data["number"]
        if number not in self.numbers:
            raise forms.ValidationError(_("This campaign has no such variant."))
        return number


class DeliveryFilter(forms.Form):
    """Which deliveries are listed, and in an order that an index knows."""

    LATER = (("opened", _("Opened")), ("clicked", _("Clicked")), ("unsubscribed", _("Unsubscribed")))

    state = forms.ChoiceField(choices=[("", ""), *Delivery.State.choices, *LATER], required=False)
    reason = forms.CharField(required=False, max_length=60)
    way = forms.IntegerField(required=False, min_value=1, max_value=4)

    def apply(self, rows: DeliveryQuerySet) -> DeliveryQuerySet:
        state = self.chosen
        if state in dict(self.LATER):
            rows = rows.exclude(**{f"{state}_at": None})
        elif state:
            rows = rows.filter(state=state)
        if reason := self.cleaned_data.get("reason"):
            rows = rows.filter(Q(reason=reason) | Q(reason__startswith=f"{reason}{FAMILY}"))
        if place := self.cleaned_data.get("way"):
            rows = rows.filter(way=place)
        return rows

    @property
    def chosen(self) -> str:
        return str(self.cleaned_data.get("state", "")) if self.is_valid() else ""

    @property
    def order(self) -> str:
        return "due_at" if self.chosen == Delivery.State.READY else "customer_id"


class CampaignFilter(forms.Form):
    """Which campaigns are listed."""

    STAGES = {
        "draft": [Campaign.Status.DRAFT],
        "live": [
            Campaign.Status.SCHEDULED,
            Campaign.Status.MATERIALISING,
            Campaign.Status.RUNNING,
            Campaign.Status.PAUSED,
        ],
        "ended": [Campaign.Status.DONE, Campaign.Status.CANCELLED],
    }

    stage = forms.ChoiceField(
        required=False,
        choices=[
            ("", pgettext_lazy("campaigns", "All")),
            ("draft", _("Drafts")),
            ("live", _("Under way")),
            ("ended", _("Ended")),
        ],
    )

    def apply(self, rows: CampaignQuerySet) -> CampaignQuerySet:
        return rows.filter(status__in=self.STAGES[self.chosen]) if self.chosen else rows

    @property
    def chosen(self) -> str:
        return str(self.cleaned_data.get("stage", "")) if self.is_valid() else ""


class PersonForm(forms.Form):
    """As whom the message is looked at, or sent to oneself."""

    q = forms.CharField(required=False, max_length=100, strip=True)
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
