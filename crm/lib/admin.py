from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import SelectableFieldsExportForm

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from crm.accounts.models import User

Row = TypeVar("Row", bound=Model)
MOST_COUNTED = 10_000


class CappedPaginator(Paginator[Row]):
    """Counts no further than anybody turns pages."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Row]", self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()


class ExportForm(SelectableFieldsExportForm):  # type: ignore[misc]
    """Columns by the names they have everywhere else, in the reader's language."""

    def _get_field_label(self, resource: Any, field_name: str) -> str:
        return str(resource.fields[field_name].label)


class TransferMixin(ImportExportMixin):  # type: ignore[misc]
    """Files go out from the admin as everywhere; coming in, they take the one way that knows people again."""

    formats = (CSV, XLSX)
    export_form_class = ExportForm

    def has_import_permission(self, request: HttpRequest) -> bool:
        return cast("User", request.user).may("import", "create")

    def import_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("imports:new")


class VisibleAdmin(admin.ModelAdmin[Row]):
    """The admin shows a colleague the rows that the product shows them, and counts no big table."""

    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        rows = super().get_queryset(request)
        visible: QuerySet[Row] = rows.visible_to(request.user)  # type: ignore[attr-defined]
        return visible


class ReadOnlyAdmin(VisibleAdmin[Row]):
    """For ledgers and logs: support may look, nobody may touch."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


def key_of(name: str, label: "str | _StrPromise") -> Callable[[Any, Any], Any]:
    """A column of an admin page with a name of its own. The bare key of a related row costs no query."""

    @admin.display(description=label, ordering=name)
    def key(page: Any, row: Any) -> Any:
        return getattr(row, name)

    return key
