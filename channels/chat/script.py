"""The widget as it is sent: its parts in one, without what only their authors need, so it stays small."""

import re
from functools import lru_cache
from pathlib import Path

PARTS = Path(__file__).parent / "widget_parts"
TEXTS = re.compile(r'("(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)')
# Blanks around these mean nothing; regular expressions of the widget hold none of them with blanks.
SIGNS = re.compile(r" ?(=>|===|=|&&|\|\||,|[{}+?]) ")


@lru_cache(maxsize=1)
def small() -> bytes:
    look = "".join(line.strip() for line in (PARTS / "look.css").read_text().splitlines())
    code = "\n".join(_code(part.read_text()) for part in sorted(PARTS.glob("*.js")))
    pieces = TEXTS.split(code)
    pieces[::2] = [SIGNS.sub(r"\1", piece).replace(" }", "}") for piece in pieces[::2]]
    return f'(()=>{{"use strict";const STYLE=`{look}`;\n{"".join(pieces)}\n}})();\n'.encode()


def _code(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
