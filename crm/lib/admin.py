from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Row = TypeVar("Row", bound=Model)


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
    """A column of an admin page with the bare key of a related row, which costs no query."""

    @admin.display(description=label, ordering=name)
    def key(page: Any, row: Any) -> Any:
        return getattr(row, name)

    return key
