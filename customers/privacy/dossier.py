"""The customer's own copy: everything we hold, table by table, as JSON for machines and HTML for people."""

import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _

from customers import holdings
from customers.holdings import Holding, Text
from customers.models import Customer

# Above this, the copy is written to disk while it is made.
IN_MEMORY = 2_000_000


@dataclass(frozen=True)
class Section:
    """One table: what each column is called, and the customer's rows."""

    key: str
    label: Text
    fields: Sequence["Field[Any, Any]"]
    names: Sequence[str]
    rows: Sequence[tuple[Any, ...]]

    @property
    def head(self) -> list[str]:
        return [str(field.verbose_name) for field in self.fields]

    @property
    def shown(self) -> list[list[str]]:
        return [
            [readable(field, value) for field, value in zip(self.fields, row, strict=True)]
            for row in self.rows
        ]

    @property
    def is_one(self) -> bool:
        return len(self.rows) == 1

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [(head, text) for head, text in zip(self.head, self.shown[0], strict=True) if text]


def sections(customer: Customer) -> list[Section]:
    """Only tables that hold something about this customer."""
    found = (_section(holding, customer) for holding in holdings.all_holdings() if holding.shows)
    return [section for section in found if section.rows]


def withheld() -> list[tuple[Text, Text]]:
    """What the copy leaves out, and why: whoever reads it should know."""
    return [(one.label, one.hidden) for one in holdings.all_holdings() if not one.shows]


def as_zip(customer: Customer) -> IO[bytes]:
    """The copy as one file: the data for machines, a page for people, and the stored files."""
    found = sections(customer)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", as_json(customer, found))
        archive.writestr("data.html", as_html(customer, found))
        for name, stored in _stored_files(customer):
            with default_storage.open(stored, "rb") as content:
                archive.writestr(name, content.read())
    file.seek(0)
    return file


def as_json(customer: Customer, found: Sequence[Section]) -> str:
    data = {
        "made_at": timezone.now(),
        "customer": customer.pk,
        "data": {one.key: [dict(zip(one.names, row, strict=True)) for row in one.rows] for one in found},
        "withheld": {str(label): str(why) for label, why in withheld()},
    }
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def as_html(customer: Customer, found: Sequence[Section]) -> str:
    context = {"customer": customer, "sections": found, "withheld": withheld()}
    context |= {"made_at": timezone.now(), "brand_name": settings.COMPANY_NAME}
    return render_to_string("mail/dossier.html", context)


def readable(field: "Field[Any, Any]", value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "\n".join(f"{key}: {one}" for key, one in value.items() if one not in (None, "", [], {}))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if hasattr(value, "hour"):
        return date_format(timezone.localtime(value), "Y-m-d H:i")
    choices = dict(field.flatchoices)
    return str(choices.get(value, localize(value)))


def _section(holding: Holding, customer: Customer) -> Section:
    rows = holding.rows(customer.pk).order_by("pk").values_list(*holding.shows)
    fields = [_field(holding.table, name) for name in holding.shows]
    return Section(holding.model, holding.label, fields, holding.shows, list(rows))


def _field(table: type[Model], path: str) -> "Field[Any, Any]":
    *relations, name = path.split("__")
    for relation in relations:
        table = table._meta.get_field(relation).related_model  # type: ignore[assignment]
    return table._meta.get_field(name)  # type: ignore[return-value]


def _stored_files(customer: Customer) -> Iterator[tuple[str, str]]:
    """Where a file is in the archive, and where it is stored. Names are ours: theirs may climb folders."""
    for holding in holdings.all_holdings():
        if holding.attached is None:
            continue
        stored, name = holding.attached
        for pk, value, given in holding.rows(customer.pk).values_list("pk", stored, name):
            path = holding.place(value) if value else ""
            plain = "".join(sign if sign.isalnum() or sign in "._- " else "_" for sign in given)[-80:]
            if path and default_storage.exists(path):
                # Rows of two tables may have the same number.
                kind = holding.table._meta.model_name
                yield f"files/{kind}-{pk}-{plain.lstrip('.')}", path
