"""The widget as it is sent: without what only its authors need, so that it stays small on slow lines."""

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings

SOURCE = Path(settings.BASE_DIR) / "static" / "js" / "chat_widget.js"
TEXTS = re.compile(r'("(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)')
# Blanks around these mean nothing; regular expressions of the widget hold none of them with blanks.
SIGNS = re.compile(r" ?(=>|===|=|&&|\|\||,|[{}+?]) ")


@lru_cache(maxsize=1)
def small() -> bytes:
    lines = (line.strip() for line in SOURCE.read_text().splitlines())
    code = "\n".join(line for line in lines if line and not line.startswith("//"))
    pieces = TEXTS.split(code)
    pieces[::2] = [SIGNS.sub(r"\1", piece).replace(" }", "}") for piece in pieces[::2]]
    return "".join(pieces).encode()
