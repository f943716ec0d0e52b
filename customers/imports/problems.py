"""Why a file or a row was not taken over, in the words of whoever asks."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.lib import reading

# The whole file cannot be used.
FILE = {
    "bad_workbook": _(
        "This workbook is damaged or protected. Open it in a spreadsheet and save it again as XLSX."
    ),
    "bomb": _("This file unpacks to far more data than a spreadsheet holds. It was not opened."),
    "broken_header": _("The first row, which should hold the column titles, cannot be read."),
    "empty_file": _("This file is empty."),
    "gone": _("The uploaded file is no longer there. Please upload it again."),
    "interrupted": _(
        "Reading this file failed several times at the same place. Nothing after it was taken over."
    ),
    "no_rights": _("Whoever uploaded this file may no longer import."),
    "no_rows": _("This file has column titles but no rows below them."),
    "not_a_table": _("This is not a table. Please upload CSV or XLSX."),
    "old_excel": _(
        "This is the old Excel format, or a workbook with a password. Save it as XLSX without one."
    ),
    "revert_interrupted": _(
        "Reverting failed several times at the same place. It goes on there when you ask for it again."
    ),
    "too_many_columns": _("This file has more than 500 columns."),
    "too_wide_workbook": _("This workbook holds too much text to be read as XLSX. Save it as CSV."),
    "web_page": _(
        "This is a web page named like a spreadsheet. Open it in a spreadsheet and save it as XLSX."
    ),
    "zip": _("This is an archive. Unpack it and upload the table inside."),
}

# A scheduled import could not fetch or use its file.
ARRIVAL = {
    "bad_answer": _("The address answered, but not with a file."),
    "forbidden_address": _("The address leads into a private network. Only public ones are fetched."),
    "no_certificate": _("The server behind the address could not prove who it is."),
    "not_reached": _("The address could not be reached."),
    "other_columns": _("The file lacks columns of the saved mapping."),
    "timed_out": _("The file took too long to fetch."),
    "too_many_errors": _("Too many rows of the file are faulty. Nothing was written."),
    "too_much": _("The file is larger than allowed."),
}

# One row was not taken over.
ROW = {
    "broken_quote": _("A quotation mark is opened in this row and never closed."),
    "cell_too_long": _("A cell of this row is longer than any spreadsheet allows."),
    "card_of_another": _(
        "This number, card or account belongs to another customer than the rest of the row."
    ),
    "customer_deleted": _("This customer was deleted."),
    "empty_row": _("This row is empty."),
    "no_amount": _("An order needs an amount."),
    "no_date": _("An order needs a date."),
    "no_buyer": _("A customer number, a phone or an e-mail must say who bought."),
    "no_name": _("A new customer needs a name."),
    "not_yours": _("You may not change this customer."),
    "nul": _("This row holds a character that cannot be stored."),
    "refund_above_amount": _("More was refunded than paid."),
    "shared_contact": _("Several customers have this phone or e-mail. Add a customer number."),
    "too_many_cells": _("This row has more cells than the file has columns."),
    "undecodable": _("This row holds characters that the chosen encoding does not know."),
    "unknown_buyer": _("No customer has this phone or e-mail."),
    "unknown_owner": _("No colleague has this name."),
}

# A row that is taken over all the same.
HINTS = {"possible_duplicate": _("This new customer may be one you have.")}

# What the preview tells about a file that can be used.
WARNINGS = {
    "no_identity": _(
        "No column identifies customers (number, card, phone or e-mail): rows that differ become "
        "customers of their own."
    ),
    "no_order_number": _(
        "No column holds order numbers: every row becomes an order of its own. "
        "Importing the same file again changes nothing."
    ),
    "other_sheets": _("Only the first sheet of the workbook is read."),
    "renamed_columns": _("Some column titles are empty or occur twice; they were numbered."),
    "undecodable": _(
        "Some characters do not fit the encoding. Choose another one, or those rows are left out."
    ),
}


def sentence(code: str) -> str | Promise:
    for words in (ROW, FILE, reading.REASONS, WARNINGS, ARRIVAL, HINTS):
        if code in words:
            return words[code]
    return code


# Left out because a rule says so, not because a cell is wrong.
SKIPPED = frozenset({"empty_row", "customer_deleted", "not_yours"})
