"""What one may ask of the list of events."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from channels.inbound.models import Event


class EventFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("All")), *Event.State.choices], required=False
    )

    def apply(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """An unknown state is no filter."""
        state = self.chosen
        return events.filter(state=state) if state else events

    @property
    def chosen(self) -> str:
        return str(self.cleaned_data.get("state", "")) if self.is_valid() else ""
