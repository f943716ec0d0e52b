"""Translations without system gettext: Babel compiles them, and collects new texts for `make messages`."""

import os
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings


def compile_stale() -> list[Path]:
    """Compiles each catalogue that is newer than its compiled form."""
    return [catalogue for catalogue in catalogues() if _is_stale(catalogue) and _compile(catalogue)]


def catalogues() -> Iterator[Path]:
    for folder in settings.LOCALE_PATHS:
        yield from sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))


def _is_stale(catalogue: Path) -> bool:
    compiled = catalogue.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < catalogue.stat().st_mtime_ns


def _compile(catalogue: Path) -> bool:
    draft = catalogue.with_suffix(f".{os.getpid()}.new")
    with catalogue.open("rb") as source, draft.open("wb") as target:
        write_mo(target, read_po(source, domain=catalogue.stem), use_fuzzy=True)
    draft.replace(catalogue.with_suffix(".mo"))
    return True
