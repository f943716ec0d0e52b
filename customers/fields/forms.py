"""Custom fields in forms: each takes what people write and says in their language what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.lib.reading import Unreadable
from customers.fields import definitions, kinds
from customers.fields.definitions import Definition, Kind

PREFIX = "custom_"


class WrittenField(forms.CharField):
    """A field whose kind reads the text."""

    def __init__(self, definition: Definition, **options: Any) -> None:
        super().__init__(**options)
        self.definition = definition

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            found = kinds.read(self.definition, text)
        except Unreadable as problem:
            raise ValidationError(str(problem)) from problem
        if found is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return found


class SeveralField(forms.MultipleChoiceField):
    """Answers in the order in which they are offered, so that equal answers are equal values."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        chosen = super().clean(value)
        return [str(key) for key, _label in self.choices if key in chosen]  # type: ignore[union-attr, misc]


class ValuesForm(forms.Form):
    """Some custom fields of one customer. `given` is what was written, by key."""

    def __init__(
        self,
        data: Any = None,
        *,
        shown: Sequence[Definition],
        values: Mapping[str, Any],
    ) -> None:
        super().__init__(data)
        self.shown = list(shown)
        for one in self.shown:
            self.fields[PREFIX + one.key] = field_for(one, values.get(one.key))
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def given(self) -> dict[str, Any]:
        found = {one.key: self.cleaned_data[PREFIX + one.key] for one in self.shown}
        return {key: None if value in ("", []) else value for key, value in found.items()}


class OneValueForm(ValuesForm):
    """One field, with what stood in it when it was shown."""

    def __init__(self, data: Any, *, definition: Definition, value: Any) -> None:
        super().__init__(data, shown=[definition], values={definition.key: value})
        self.definition = definition
        self.fields["was"] = forms.JSONField(
            required=False, widget=forms.HiddenInput, initial=value, max_length=10_000
        )

    @property
    def value(self) -> Any:
        return self.given[self.definition.key]

    @property
    def bound(self) -> forms.BoundField:
        return self[PREFIX + self.definition.key]


def field_for(definition: Definition, value: Any) -> forms.Field:
    common: dict[str, Any] = {
        "label": definition.label,
        "required": definition.is_required,
        "help_text": definition.hint,
        "initial": value,
    }
    if definition.kind in definitions.CHOSEN:
        return _chosen(definition, value, common)
    if definition.kind == Kind.DATE:
        common["widget"] = forms.DateInput(attrs={"type": "date"})
    elif definition.kind in definitions.COUNTED:
        common["widget"] = forms.TextInput(attrs={"inputmode": "decimal"})
    elif definition.kind == Kind.LINK:
        common["widget"] = forms.TextInput(attrs={"inputmode": "url"})
    if definition.kind == Kind.MONEY:
        common["help_text"] = definition.hint or _("In %(currency)s.") % {
            "currency": settings.DEFAULT_CURRENCY
        }
    return WrittenField(definition, max_length=kinds.LONGEST_TEXT, **common)


def _chosen(definition: Definition, value: Any, common: dict[str, Any]) -> forms.Field:
    """What is archived is offered to whoever has it: saving the form must not take it away."""
    held = value if isinstance(value, list) else [value]
    choices = [(one.key, one.label) for one in definition.options if not one.is_archived or one.key in held]
    if definition.kind == Kind.SEVERAL:
        return SeveralField(choices=choices, **common)
    return forms.ChoiceField(choices=[("", _("Not known")), *choices], **common)
