"""Texts with `{{ field }}` in them: cut once, filled in per recipient."""

import re
from collections.abc import Callable, Mapping

FIELD = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
# Everything that ends a line or hides in one; in bodies only a line feed and a tab survive.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LINE_ENDS = re.compile(r"\r\n?|\n")


class Slots:
    """A text cut at its fields, so that filling it in is one join."""

    def __init__(self, source: str) -> None:
        self._pieces = FIELD.split(source)
        self._slots = [(place, self._pieces[place]) for place in range(1, len(self._pieces), 2)]
        self.source = source
        self.names = {name for _, name in self._slots}

    def fill(self, values: Mapping[str, str], make: Callable[[str], str]) -> str:
        """The text with each value as `make` lets it in. KeyError for a field without a value."""
        if not self._slots:
            return self.source
        made = {name: make(values[name]) for name in self.names}
        pieces = self._pieces.copy()
        for place, name in self._slots:
            pieces[place] = made[name]
        return "".join(pieces)


def one_line(text: str) -> str:
    return (text if text.isprintable() else CONTROLS.sub(" ", text)).strip()


def clean(text: str) -> str:
    """Body text with the line ends of mail and without characters nobody can see."""
    if text.isprintable():
        return text
    return LINE_ENDS.sub("\r\n", HIDDEN.sub("", text))
