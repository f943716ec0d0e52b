from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from customers.imports.models import ImportJob


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnlyAdmin[ImportJob]):
    """How an import went, without the rows of its file."""

    list_display = (
        "file_name",
        "kind",
        "status",
        "done_rows",
        "created_rows",
        "updated_rows",
        "error_rows",
        "created_by",
        "created_at",
    )
    fields = (
        *list_display,
        "source",
        "encoding",
        "unchanged_rows",
        "skipped_rows",
        "attempts",
        "started_at",
        "finished_at",
    )
    list_filter = ("kind", "status")
    list_select_related = ("created_by",)
    ordering = ("-created_at", "-pk")
