"""Columns of files: what they are called in the wild, how a cell is read, how a value is written.

A column is a field of django-import-export, so the admin's import and export and the bulk importer, which
calls `read` directly, share one definition.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from import_export.fields import Field
from import_export.resources import Resource
from import_export.widgets import Widget

from crm.lib import cells
from crm.lib.reading import Unreadable

Read = Callable[[str], Any]
# 手机（必填）, *Phone, E-mail [primary]
ASIDES = re.compile(r"[(（\[【<].*?[)）\]】>]")


class CellWidget(Widget):  # type: ignore[misc]
    """Reads a cell by a function that raises Unreadable, and writes text that is no formula."""

    def __init__(self, read: Read, write: Callable[[Any], str] = str) -> None:
        super().__init__()
        self.read, self.write = read, write

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return self.read(cells.plain("" if value is None else str(value)))
        except Unreadable as problem:
            raise ValueError(str(problem)) from problem

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else cells.safe(self.write(value))


class Column(Field):  # type: ignore[misc]
    """One column. `titles` are further names by which files call it, between bars.

    `second` names the column that takes a second column of the file with such a title.
    """

    def __init__(
        self,
        label: str | Promise,
        read: Read,
        titles: str = "",
        *,
        attribute: str | None = None,
        write: Callable[[Any], str] = str,
        hint: str | Promise = "",
        second: str = "",
    ) -> None:
        super().__init__(attribute=attribute, widget=CellWidget(read, write), readonly=attribute is None)
        self.label, self.read, self.hint, self.second = label, read, hint, second
        self.titles = frozenset(title_key(title) for title in titles.split("|") if title)


def title_key(title: str) -> str:
    """A title as it is compared: without case, width, spaces, signs and remarks in brackets."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    bare = "".join(filter(str.isalnum, ASIDES.sub("", folded)))
    return bare or "".join(filter(str.isalnum, folded))


def columns_of(resource: type[Resource]) -> dict[str, Column]:
    return {name: field for name, field in resource.fields.items() if isinstance(field, Column)}


def guess(header: Sequence[str], columns: Mapping[str, Column]) -> dict[str, int]:
    """Which column of a file holds which field, by its title; of two candidates the first is taken."""
    by_title = {
        title: name for name, column in columns.items() for title in (*column.titles, title_key(name))
    }
    found: dict[str, int] = {}
    for index, title in enumerate(header):
        name = by_title.get(title_key(title))
        if name in found:
            name = columns[name].second
        if name:
            found.setdefault(name, index)
    return found


def choices(words: Mapping[str, str]) -> Read:
    """A reader for columns that know certain words only: "男|male|m" → "male"."""
    known = {word: value for spellings, value in words.items() for word in spellings.split("|")}

    @lru_cache(maxsize=1000)
    def read(text: str) -> str:
        word = unicodedata.normalize("NFKC", text).strip().casefold()
        if word and word not in known:
            raise Unreadable("bad_choice")
        return known.get(word, "")

    return read


def unique_titles(header: Iterable[str]) -> list[str]:
    """Titles that tell columns apart: empty ones are numbered, repeated ones say which they are."""
    seen: dict[str, int] = {}
    titles = []
    for number, title in enumerate(header, 1):
        name = title.strip() or f"#{number}"
        seen[name] = seen.get(name, 0) + 1
        titles.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return titles
