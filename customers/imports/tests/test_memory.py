"""An import of a million rows takes no more memory than one of a few chunks."""

import gc
import inspect
from functools import _lru_cache_wrapper
from typing import Any

import pytest

from customers.imports import runner
from customers.imports.chunks import ROWS
from customers.imports.tests.conftest import Import, counts


def test_no_cache_holds_more_than_a_chunk() -> None:
    # Caches of arguments that come from a file; what takes no argument is one table.
    read = ("customers.identity", "customers.search", "customers.hanzi", "customers.resources", "crm.lib.")
    gc.unfreeze()
    caches = [
        one
        for one in gc.get_objects()
        # By its type: to ask a lazy object what it is an instance of wakes it.
        if type(one) is _lru_cache_wrapper
        and one.__module__.startswith(read)
        and not one.__module__.startswith("crm.lib.templatetags")
    ]
    gc.freeze()
    assert len(caches) > 5
    for cache in caches:
        size = cache.cache_info().maxsize
        bounded = size is not None and size <= ROWS
        assert bounded or not inspect.signature(cache).parameters, cache


@pytest.mark.django_db
@pytest.mark.slow
def test_rows_leave_nothing_to_the_collector(take: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is off while an import runs, so what only it can free stays until the end."""

    def left(name: str, rows: int) -> int:
        monkeypatch.setattr("customers.imports.importers.ROWS", rows)
        found: list[int] = []

        def commit(*arguments: Any) -> None:
            gc.collect()
            original(*arguments)
            found.append(gc.collect())

        monkeypatch.setattr(runner, "commit", commit)
        lines = [f"{name}{n},客户{name}{n},{phone(n)},c{n}@example.com" for n in range(240)]
        job = take("\n".join(["编号,姓名,手机,邮箱", *lines]), source=name)
        assert counts(job)[0] == 160
        return max(found[1:])

    original = runner.commit
    # What was there before is not looked at: a whole suite's worth of it takes a second each time.
    gc.freeze()
    few = left("a", 6)
    assert left("b", 120) <= few + 20


def phone(number: int) -> str:
    """Some that are read at once, some that only the library reads, some that nobody can."""
    return [f"1380013{8000 + number}", f"+49 30 90{1000 + number}", "12"][number % 3]
