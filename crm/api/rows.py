"""Many rows in one request: what became of each."""

from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from django.db import transaction
from pydantic import BaseModel

from crm.lib.errors import Refused

Item = TypeVar("Item")


class RowResult(BaseModel):
    """What became of one row; `index` is its place in the request."""

    index: int
    status: Literal["created", "updated", "unchanged", "error"]
    id: int | None = None
    code: str = ""
    message: str = ""


class Results(BaseModel):
    results: list[RowResult]


def refused(index: int, error: Refused) -> RowResult:
    return RowResult(index=index, status="error", code=getattr(error, "code", "refused"), message=str(error))


def each(items: Iterable[Item], work: Callable[[Item], tuple[int, str]]) -> Results:
    """Each row by itself: one that is refused leaves no trace and stops no other."""
    results = []
    for index, item in enumerate(items):
        try:
            with transaction.atomic():
                pk, status = work(item)
        except Refused as error:
            results.append(refused(index, error))
        else:
            results.append(RowResult.model_validate({"index": index, "status": status, "id": pk}))
    return Results(results=results)
