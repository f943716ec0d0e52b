from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.lib.columns import unique_titles
from customers.imports import policies
from customers.imports.detecting import DELIMITERS, ENCODINGS
from customers.imports.models import Duplicates, ImportJob, Policy, SavedMapping, Schedule
from customers.imports.plans import columns_for
from customers.imports.tables import WORKBOOK

DELIMITER_NAMES = {
    ",": pgettext_lazy("delimiter", "Comma ,"),
    ";": pgettext_lazy("delimiter", "Semicolon ;"),
    "\t": pgettext_lazy("delimiter", "Tab"),
    "|": pgettext_lazy("delimiter", "Bar |"),
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text=_("CSV in any encoding, or XLSX. Drop it here or choose it."),
    )
    source = forms.CharField(
        label=_("Numbering system"),
        max_length=40,
        initial="file",
        help_text=_(
            "Customer and order numbers are unique within one system, such as the shop or the till. "
            "Files from the same system get the same word here."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rights = {ImportJob.Kind.CUSTOMERS: "customer", ImportJob.Kind.ORDERS: "order"}
        kinds = [kind for kind, resource in rights.items() if user.may(resource, "create")]
        self.fields["kind"] = forms.ChoiceField(
            label=_("What is in the file?"),
            choices=[(kind.value, kind.label) for kind in kinds],
            initial=kinds[0] if kinds else None,
            widget=forms.RadioSelect,
        )
        self.order_fields(["kind"])
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > settings.IMPORT_MAX_BYTES:
            limit = filesizeformat(settings.IMPORT_MAX_BYTES)
            raise forms.ValidationError(_("This file is larger than %(limit)s.") % {"limit": limit})
        return file


class MappingForm(forms.Form):
    """What each column of the file holds and may do to customers we have, and how the file is to be read."""

    def __init__(self, *args: Any, job: ImportJob, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job = job
        self._add_columns()
        self._add_settings()
        if job.encoding != WORKBOOK:
            self._add_reading()

    def _add_columns(self) -> None:
        job = self.job
        fields = columns_for(job.kind, job.created_by)
        choices = [
            ("", _("Leave out")),
            *((name, capfirst(str(column.label))) for name, column in fields.items()),
        ]
        chosen = {index: name for name, index in job.mapping.items()}
        for index, title in enumerate(unique_titles(job.header)):
            name = chosen.get(index, "")
            self.fields[f"column_{index}"] = _select(title, choices, name)
            if job.kind == ImportJob.Kind.CUSTOMERS:
                label = _("When values differ: %(column)s") % {"column": title}
                self.fields[f"policy_{index}"] = _select(label, Policy.choices, job.policy_of(name))

    def _add_settings(self) -> None:
        self.fields["source"] = forms.CharField(
            label=_("Numbering system"),
            max_length=40,
            initial=self.job.source,
            required=False,
            widget=forms.TextInput(attrs={"class": "form-control compact", "autocomplete": "off"}),
        )
        if self.job.kind == ImportJob.Kind.CUSTOMERS:
            self.fields["language"] = _select(
                _("Language of new customers"), ImportJob.Language.choices, self.job.language
            )

    def _add_reading(self) -> None:
        delimiters = [(sign, str(DELIMITER_NAMES[sign])) for sign in DELIMITERS]
        if self.job.delimiter not in DELIMITERS:
            delimiters.append((self.job.delimiter, self.job.delimiter))
        for name, label, choices in (
            ("encoding", _("Encoding"), list(ENCODINGS.items())),
            ("delimiter", _("Columns are separated by"), delimiters),
        ):
            self.fields[name] = _select(label, choices, getattr(self.job, name), required=True)

    def clean(self) -> dict[str, Any]:
        """The mapping and the policies by field; a field has one column at most."""
        cleaned = super().clean() or {}
        mapping: dict[str, int] = {}
        chosen: dict[str, str] = {}
        for index in range(len(self.job.header)):
            name = cleaned.get(f"column_{index}", "")
            if name in mapping:
                self.add_error(f"column_{index}", _("Another column is already used for this."))
            elif name:
                mapping[name] = index
                chosen[name] = cleaned.get(f"policy_{index}", "")
        return cleaned | {"mapping": mapping, "policies": policies.valid(chosen)}

    @property
    def choices(self) -> dict[str, Any]:
        """What the job takes over."""
        told = {name: self.cleaned_data[name] for name in ("mapping", "policies")}
        told["source"] = self.cleaned_data.get("source") or self.job.source
        if "language" in self.data:
            told["language"] = self.cleaned_data["language"]
        return told


class SavingForm(forms.Form):
    """Under which name the choices are kept."""

    name = forms.CharField(
        label=_("Save these choices as"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "form-control"}),
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class ScheduleForm(forms.ModelForm[Schedule]):
    url = forms.URLField(
        label=_("Web address"), required=False, assume_scheme="https", help_text=_("https only.")
    )

    class Meta:
        model = Schedule
        fields = (
            "name",
            "mapping",
            "origin",
            "pattern",
            "url",
            "every",
            "at_time",
            "most_errors",
            "is_active",
        )
        widgets = {"at_time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mappings = SavedMapping.objects.visible_to(user).order_by("name")
        self.fields["mapping"] = forms.ModelChoiceField(
            mappings,
            label=_("Saved mapping"),
            help_text=_("Import one such file by hand first and save its columns under a name."),
        )
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_pattern(self) -> str:
        pattern: str = self.cleaned_data["pattern"].strip()
        if {"/", "\\", "\0"} & set(pattern) or pattern in (".", "..") or "**" in pattern:
            raise forms.ValidationError(_("Only the name of a file, such as customers-*.csv."))
        return pattern

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and not url.startswith("https://"):
            raise forms.ValidationError(_("Only addresses that begin with https:// are fetched."))
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_url = cleaned.get("origin") == Schedule.Origin.URL
        if is_url and not cleaned.get("url") and "url" not in self.errors:
            self.add_error("url", _("Where should the file be fetched?"))
        if not is_url and not cleaned.get("pattern") and "pattern" not in self.errors:
            self.add_error("pattern", _("Which files should be taken in?"))
        return cleaned


def _select(label: Any, choices: Any, initial: str, *, required: bool = False) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select compact", "aria-label": label})
    return forms.ChoiceField(choices=choices, required=required, label=label, initial=initial, widget=widget)


class DuplicatesForm(forms.Form):
    """What becomes of new rows that resemble somebody: of all of them, and of single ones."""

    duplicates = forms.ChoiceField(choices=Duplicates, required=False)

    def by_row(self) -> dict[int, str]:
        """By the key of what the check found; nonsense is left out."""
        found = {name.removeprefix("row-"): value for name, value in self.data.items()}
        return {
            int(key): value
            for key, value in found.items()
            if key.isascii() and key.isdecimal() and len(key) < 19 and value in Duplicates.values
        }
