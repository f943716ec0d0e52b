import sys
from collections.abc import Callable

import pytest

from channels.conftest import sandbox

__all__ = ["sandbox"]


@pytest.fixture
def say(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a figure even when the test passes: these tests are also measurements."""

    def write(text: str) -> None:
        with capfd.disabled():
            sys.stdout.write(f"\n{text}\n")

    return write
