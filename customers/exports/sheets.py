"""What stands in the rows of an export: the columns of the list, or all fields as the importer reads them."""

from collections.abc import Sequence
from typing import Protocol

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from crm.lib import cells
from crm.lib.templatetags.ui import NOTHING, mask_email, mask_phone
from customers import jobs
from customers.columns import Column
from customers.exports.files import Watermark
from customers.exports.models import ExportJob
from customers.listing import Listing
from customers.models import Customer
from customers.resources import CustomerResource

MASKS = {"phone": mask_phone, "email": mask_email}


class Sheet(Protocol):
    titles: list[str]

    def rows(self, customers: Sequence[Customer]) -> list[list[str]]:
        """A row for each of them, its cells safe to open in a spreadsheet."""


def sheet_for(job: ExportJob, mark: Watermark) -> Sheet:
    return AllFields(job, mark) if job.columns == ExportJob.Columns.ALL else ListColumns(job, mark)


class ListColumns:
    """What the list shows, as text."""

    def __init__(self, job: ExportJob, mark: Watermark) -> None:
        self.job, self.mark = job, mark
        self.columns = Listing(job.created_by, jobs.question_of(job)).columns
        self.titles = [_("Customer"), *(str(one.label) for one in self.columns), _("exported by")]

    def rows(self, customers: Sequence[Customer]) -> list[list[str]]:
        clear = revealable(self.job, customers)
        return [
            [
                cells.safe(one.name),
                *(cells.safe(text_of(column, one, in_clear=one.pk in clear)) for column in self.columns),
                self.mark.line,
            ]
            for one in customers
        ]


class AllFields:
    """The resource that the importer knows: what leaves like this comes back as it was."""

    def __init__(self, job: ExportJob, mark: Watermark) -> None:
        self.job, self.mark = job, mark
        self.resource = CustomerResource.read_by(job.created_by)()
        self.names = self.resource.names
        self.masked = [(self.names.index(name), mask) for name, mask in MASKS.items()]
        self.titles = [*self.names, "exported by"]

    def rows(self, customers: Sequence[Customer]) -> list[list[str]]:
        clear = revealable(self.job, customers)
        loaded = self.resource.filter_export(Customer.objects.filter(pk__in=[one.pk for one in customers]))
        found = {one.pk: one for one in loaded}
        return [
            [*self._cells(found[one.pk], in_clear=one.pk in clear), self.mark.line]
            for one in customers
            if one.pk in found
        ]

    def _cells(self, customer: Customer, *, in_clear: bool) -> list[str]:
        row = [str(cell) for cell in self.resource.export_resource(customer, selected_fields=self.names)]
        if not in_clear:
            for index, mask in self.masked:
                row[index] = mask(cells.plain(row[index])) if row[index] else ""
        return row


def revealable(job: ExportJob, customers: Sequence[Customer]) -> set[int]:
    """Those whose contacts may stand there in clear."""
    if not job.in_clear:
        return set()
    here = Customer.objects.visible_to(job.created_by, "reveal").filter(pk__in=[one.pk for one in customers])
    return set(here.values_list("pk", flat=True))


def text_of(column: Column, customer: Customer, *, in_clear: bool) -> str:
    if column.handle and in_clear:
        return str(getattr(customer, column.handle))
    if column.text:
        return column.text(customer)
    text = " ".join(strip_tags(column.cell(customer)).split())
    return "" if text == NOTHING else text
