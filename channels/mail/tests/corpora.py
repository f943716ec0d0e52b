"""Public collections of hostile and broken things, where this machine has them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

FUZZ = Path(settings.BASE_DIR).parent / "shared/data/fuzz"
needed = pytest.mark.skipif(not FUZZ.exists(), reason="the corpora are not on this machine")


def mails() -> list[Path]:
    return [path for path in sorted((FUZZ / "email").rglob("*")) if path.is_file()]


def markup() -> Iterator[str]:
    """Everything that once broke out of a page."""
    for one in json.loads((FUZZ / "html/dompurify-expect.json").read_text()):
        yield one["payload"]
    for path in sorted((FUZZ / "payloads/xss").glob("*.txt")):
        yield from path.read_text(errors="replace").splitlines()
    yield from json.loads((FUZZ / "blns/blns.json").read_text())
    for path in sorted((FUZZ / "html").glob("*.test")):
        for case in json.loads(path.read_text()).get("tests", ()):
            yield str(case["input"])
