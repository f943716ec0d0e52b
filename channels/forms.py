"""What people type about channels."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout, LayoutObject
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels import secrets
from channels.connectors import registry
from channels.connectors.base import Connector, ConnectorForm
from channels.models import Channel
from customers.timeline.models import Entry


class ConnectorChoice(forms.Form):
    """Which connector a new channel uses, from the address of the page."""

    connector = forms.CharField(required=False, max_length=40)

    def chosen(self) -> Connector | None:
        if not self.is_valid() or not self.cleaned_data["connector"]:
            return None
        try:
            return registry.get(self.cleaned_data["connector"])
        except registry.NoSuchConnector:
            return None


class ChannelForm(forms.ModelForm[Channel]):
    """What every channel has, whatever its connector; the connector's own fields are in `settings`."""

    class Meta:
        model = Channel
        fields = ("name", "per_second", "cost", "team")
        labels = {"per_second": _("Messages a second, at most")}

    def __init__(self, data: Any = None, *, connector: Connector, instance: Channel | None = None) -> None:
        super().__init__(data, instance=instance)
        caps = connector.caps
        self.fields["cost"].required = False
        if not caps.sends:
            del self.fields["per_second"], self.fields["cost"]
        if connector.kind == "email" and not (caps.pushes or caps.pulls):
            # Nothing arrives there.
            del self.fields["team"]
        stored = instance.config if instance else None
        kept = stored_secrets(instance) if instance else frozenset[str]()
        self.settings: ConnectorForm = connector.config_form(
            data, stored=stored, has_secret=bool(kept), kept=kept
        )
        self.helper = plain_helper(Fieldset(connector.label, *_rows(_own_rows(self.fields))))
        self.settings.helper = plain_helper(  # type: ignore[attr-defined]
            *(Fieldset(heading, *_rows(rows)) for heading, rows in self.settings.groups)
        )

    def clean_cost(self) -> Decimal:
        cost: Decimal | None = self.cleaned_data["cost"]
        return cost or Decimal(0)

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.settings.is_valid()])


@dataclass(frozen=True)
class Choices:
    """The connectors of one kind."""

    label: str | Promise
    kind: str
    connectors: list[Connector]


def choices() -> list[Choices]:
    """Every connector that somebody may set up, kind by kind in the order of the timeline's channels."""
    every = [one for one in registry.every() if one.is_offered]
    kinds = [kind for kind in Entry.Channel if any(one.kind == kind for one in every)]
    return [Choices(kind.label, kind, [one for one in every if one.kind == kind]) for kind in kinds]


class AvailabilityForm(forms.Form):
    enabled = forms.BooleanField(required=False)


def stored_secrets(channel: Channel) -> frozenset[str]:
    """Names only. One that can no longer be read is to be entered anew."""
    try:
        return frozenset(name for name, value in secrets.unseal(channel.secret).items() if value)
    except secrets.Unreadable:
        return frozenset()


def plain_helper(*parts: LayoutObject) -> FormHelper:
    """Fields only: the page brings the form, its buttons and the token."""
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    made.layout = Layout(*parts)
    return made


def _own_rows(fields: Iterable[str]) -> list[tuple[str, ...]]:
    present = [name for name in ("name", "per_second", "cost", "team") if name in fields]
    return [tuple(present[:1]), tuple(present[1:])] if "cost" in present else [(name,) for name in present]


def _rows(rows: Iterable[Iterable[str]]) -> list[LayoutObject]:
    return [Div(*map(Field, row), css_class="row") for row in rows]
