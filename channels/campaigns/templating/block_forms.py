"""The form of a block, made from its parts, and of the condition under which it is shown."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from channels.campaigns.placeholders import NotUnderstood
from channels.campaigns.templating import design, pictures
from channels.campaigns.templating.blocks import PARTS, Form, Kind, Part, Size
from channels.campaigns.templating.conditions import SEGMENT, SUBJECTS, WITHOUT_VALUE, Condition, Op
from channels.campaigns.templating.design import Block
from channels.campaigns.templating.forms import plain_helper
from channels.campaigns.templating.models import Template
from crm.accounts.models import User
from segments.models import Segment

UPLOAD = "_upload"
Files = MultiValueDict[str, Any]


class BlockForm(forms.Form):
    """A field for each part; a picture may be uploaded instead of named."""

    def __init__(
        self, data: QueryDict | None = None, files: Files | None = None, *, block: Block, channel: str
    ) -> None:
        super().__init__(data, files, initial=block)
        self.block, self.channel = block, channel
        self.parts = PARTS[Kind(block["kind"])]
        for name, part in self.parts.items():
            self.fields[name] = _field(part)
            if part.form == Form.PICTURE:
                self.fields[name].required = False
                self.fields[name].help_text = _("An address that begins with https://, or upload one below.")
                self.fields[name + UPLOAD] = forms.FileField(label=_("Upload a picture"), required=False)
        self.helper = plain_helper(self)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, part in self.parts.items():
            if part.form == Form.PICTURE and data.get(name + UPLOAD):
                continue
            try:
                part.check(data.get(name) or "")
            except NotUnderstood as problem:
                if name not in self.errors:
                    self.add_error(name, str(problem))
        return data

    def made(self, template: Template, when: dict[str, str] | None) -> Block:
        """The block as it was written; its pictures are kept now."""
        made: Block = {"id": self.block["id"], "kind": self.block["kind"]}
        for name in self.parts:
            upload = self.cleaned_data.get(name + UPLOAD)
            made[name] = self.cleaned_data[name] or ""
            if upload:
                made[name] = pictures.add(template, upload.name or "", upload.read())
        return design.check_block(made | ({"when": when} if when else {}), self.channel)


class ConditionForm(forms.Form):
    """Without a subject everybody is shown the block. The rest of the form follows from the subject."""

    subject = forms.ChoiceField(label=_("Shown to"), required=False)
    op = forms.ChoiceField(label=_("Comparison"), required=False)
    value = forms.CharField(label=_("Value"), required=False)

    def __init__(
        self, data: QueryDict | None = None, *, when: dict[str, str] | None, subject: str | None, user: User
    ) -> None:
        first = (when or {}) if subject is None else {"subject": subject}
        super().__init__(data, prefix="when", initial=first)
        choices = [("", _("everybody")), *((key, known.label) for key, known in SUBJECTS.items())]
        self.fields["subject"].choices = choices  # type: ignore[attr-defined]
        chosen = self.data.get("when-subject") if data is not None else first.get("subject")
        if chosen not in SUBJECTS:
            del self.fields["op"], self.fields["value"]
        else:
            self._offer(str(chosen), user)
        self.helper = plain_helper(self)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        try:
            if not self.errors and data.get("subject"):
                data["when"] = Condition.read(
                    {name: data.get(name) or "" for name in ("subject", "op", "value")}
                ).to_json()
        except NotUnderstood as problem:
            self.add_error("value" if "value" in self.fields else None, str(problem))
        return data

    @property
    def when(self) -> dict[str, str] | None:
        return self.cleaned_data.get("when")

    def _offer(self, subject: str, user: User) -> None:
        known = SUBJECTS[subject]
        self.fields["op"].choices = [(op.value, op.label) for op in known.ops]  # type: ignore[attr-defined]
        self.fields["op"].required = True
        value = self.fields["value"]
        if all(op in WITHOUT_VALUE for op in known.ops):
            del self.fields["value"]
        elif subject == SEGMENT:
            listed = Segment.objects.visible_to(user).order_by("name").values_list("pk", "name")
            value.widget = forms.Select(choices=[("", _("Choose…")), *listed])
        elif known.choices:
            value.widget = forms.Select(choices=[("", "–"), *known.choices.choices])
        elif known.ops[0] != Op.IS:
            value.widget = forms.NumberInput(attrs={"min": 0})
        if "value" in self.fields and Op.SET in known.ops:
            value.help_text = _("Not needed for “is known” and “is not known”.")


def _field(part: Part) -> forms.Field:
    settings: dict[str, Any] = {"label": part.label, "required": part.required}
    if part.form == Form.SIZE:
        return forms.ChoiceField(
            choices=Size.choices, initial=Size.MEDIUM, label=str(part.label), required=False
        )
    settings["max_length"] = part.longest
    if part.form == Form.TEXT:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 6}), **settings)
    if part.form in (Form.ADDRESS, Form.PICTURE):
        widget = forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"})
        return forms.CharField(widget=widget, **settings)
    return forms.CharField(**settings)
