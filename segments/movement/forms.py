from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from segments.movement.flows import Between
from segments.movement.models import Kind, Month, Watch
from segments.scoring.trials import KINDS


class PeriodForm(forms.Form):
    """What the page shows, from its address. What makes no sense falls back to the newest month."""

    by = forms.ChoiceField(choices=Kind.choices, required=False)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    show = forms.ChoiceField(choices=[("money", "")], required=False)
    everybody = forms.BooleanField(required=False)

    def kind(self) -> Kind:
        return Kind(self._typed("by") or Kind.STAGE)

    def by_money(self) -> bool:
        return bool(self._typed("show"))

    def with_everybody(self) -> bool:
        return bool(self._typed("everybody"))

    def between(self, months: list[Month]) -> Between | None:
        """None while nothing is kept. `months` are the newest first."""
        known = [one.month for one in months]
        if not known:
            return None
        since = self._typed("since")
        until = self._typed("until")
        start = since if since in known else known[0]
        return Between(start, until if until in known and until > start else None)

    def _typed(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name)


class FlowForm(PeriodForm):
    """One flow: from where to where; empty for outside of them all."""

    before = forms.CharField(required=False, max_length=12)
    after = forms.CharField(required=False, max_length=12)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        places = set(KINDS[cleaned.get("by") or Kind.STAGE][0].values) | {""}
        for name in ("before", "after"):
            if cleaned.get(name, "") not in places:
                self.add_error(name, "unknown")
        if not (cleaned.get("before") or cleaned.get("after")):
            self.add_error("before", "nowhere")
        return cleaned


class WatchForm(forms.ModelForm[Watch]):
    class Meta:
        model = Watch
        fields = ("customers", "money")
        labels = {"customers": _("At least so many customers"), "money": _("Who spent together at least")}

    def __init__(self, data: Any = None, *, instance: Watch | None = None) -> None:
        super().__init__(data, instance=instance)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "form-control short", "min": 0}
