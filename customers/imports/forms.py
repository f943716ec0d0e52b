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
from customers.imports.detecting import DELIMITERS, ENCODINGS
from customers.imports.models import ImportJob
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
    """A choice for each column of the file, and how the file is to be read."""

    def __init__(self, *args: Any, job: ImportJob, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job = job
        fields = columns_for(job.kind, job.created_by)
        choices = [
            ("", _("Leave out")),
            *((name, capfirst(str(column.label))) for name, column in fields.items()),
        ]
        chosen = {index: name for name, index in job.mapping.items()}
        for index, title in enumerate(unique_titles(job.header)):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                choices=choices,
                required=False,
                label=title,
                initial=chosen.get(index, ""),
                widget=forms.Select(attrs={"class": "form-select compact", "aria-label": title}),
            )
        if job.encoding != WORKBOOK:
            self._add_reading()

    def _add_reading(self) -> None:
        delimiters = [(sign, str(DELIMITER_NAMES[sign])) for sign in DELIMITERS]
        if self.job.delimiter not in DELIMITERS:
            delimiters.append((self.job.delimiter, self.job.delimiter))
        for name, label, choices in (
            ("encoding", _("Encoding"), list(ENCODINGS.items())),
            ("delimiter", _("Columns are separated by"), delimiters),
        ):
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=choices,
                initial=getattr(self.job, name),
                widget=forms.Select(attrs={"class": "form-select compact"}),
            )

    def clean(self) -> dict[str, Any]:
        """The mapping by field; a field has one column at most."""
        cleaned = super().clean() or {}
        mapping: dict[str, int] = {}
        for index in range(len(self.job.header)):
            name = cleaned.get(f"column_{index}", "")
            if name in mapping:
                self.add_error(f"column_{index}", _("Another column is already used for this."))
            elif name:
                mapping[name] = index
        return cleaned | {"mapping": mapping}
