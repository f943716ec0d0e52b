"""Translations without the system's gettext: Babel compiles catalogues and collects new texts."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.reloader import translation_file_changed
from django.utils.translation.template import templatize

LAZY = ("gettext", "ngettext", "pgettext", "npgettext")
KEYWORDS = (
    DEFAULT_KEYWORDS | {f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in LAZY} | {"gettext_noop": None}
)
SKIPPED = {"tests", "migrations", "var", "docs", "static"}
# What packages say that their own Chinese catalogues lack: ours fills the gaps. A pair is one and many.
BORROWED: tuple[str | tuple[str, str], ...] = (
    # Django
    "%(model)s instance with %(field)s %(value)r is not a valid choice.",
    "Add link",
    "After you’ve created a user, you’ll be able to edit more user options.",
    "Change or view list link",
    "Error:",
    "Model name",
    (
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    # django-import-export
    "%(exc_name)s encountered while trying to read file. "
    "Ensure you have chosen the correct format for the file.",
    "No valid data to import. Ensure your file has the correct headers or data for import.",
    "Resource",
    "Select all",
    'Select at least 1 field for "%(resource_name)s" to export',
    "Value could not be parsed.",
    "export failed due to IllegalCharacterError",
)


def compile_stale() -> list[Path]:
    """Compiles each catalogue that is newer than its compiled form."""
    stale = [catalogue for catalogue in catalogues() if _is_stale(catalogue)]
    for catalogue in stale:
        _compile(catalogue)
        # As Django does when it sees such a file change: this process goes on with it at once.
        translation_file_changed(None, catalogue.with_suffix(".mo"))
    return stale


def collect() -> list[Path]:
    """Brings new texts of code and templates into each catalogue and drops those no longer used."""
    texts = texts_in_use()
    for catalogue in _wanted_catalogues():
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        known = Catalog(locale=catalogue.parts[-3], header_comment="", fuzzy=False)
        if catalogue.exists():
            with catalogue.open("rb") as source:
                known = read_po(source, domain="django")
        known.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        known.obsolete.clear()
        with catalogue.open("wb") as target:
            write_po(target, known, no_location=True, sort_output=True)
    return list(_wanted_catalogues())


def texts_in_use() -> Catalog:
    texts = Catalog()
    methods: Any = [("**.py", "python"), ("templates/**", _extract_template)]
    found = extract_from_dir(settings.BASE_DIR, methods, keywords=KEYWORDS, directory_filter=_is_searched)
    for _, _, message, comments, context in found:
        texts.add(message, auto_comments=comments, context=context)
    for borrowed in BORROWED:
        texts.add(borrowed)
    return texts


def catalogues() -> Iterator[Path]:
    for folder in settings.LOCALE_PATHS:
        yield from sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))


def _wanted_catalogues() -> Iterator[Path]:
    for language, _ in settings.LANGUAGES:
        if language != "en":
            yield Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES/django.po"


def _is_searched(folder: str | os.PathLike[str]) -> bool:
    name = Path(folder).name
    return not name.startswith(".") and name not in SKIPPED


def _extract_template(source: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Any:
    """Django turns a template into something like Python; only its indentation would stop Babel's reader."""
    code = templatize(source.read().decode())
    lines = "\n".join(line.lstrip() for line in code.splitlines())
    return extract_python(io.BytesIO(lines.encode()), keywords, comment_tags, options)


def _is_stale(catalogue: Path) -> bool:
    compiled = catalogue.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < catalogue.stat().st_mtime_ns


def _compile(catalogue: Path) -> None:
    draft = catalogue.with_suffix(f".{os.getpid()}.new")
    with catalogue.open("rb") as source, draft.open("wb") as target:
        write_mo(target, read_po(source, domain=catalogue.stem), use_fuzzy=True)
    draft.replace(catalogue.with_suffix(".mo"))
