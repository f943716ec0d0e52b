import sys
from collections.abc import Callable, Iterator

import pytest

from channels.conftest import sandbox
from crm.celery import app

__all__ = ["sandbox"]


@pytest.fixture
def say(capfd: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a figure even when the test passes: these tests are also measurements."""

    def write(text: str) -> None:
        with capfd.disabled():
            sys.stdout.write(f"\n{text}\n")

    return write


@pytest.fixture
def nobody_listens() -> Iterator[None]:
    """Wake-ups go to the broker, where nobody hears them: what is sent is sent by the test's own workers."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True
