from collections.abc import Callable

import pytest


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Prints a figure even when the test passes: these tests are also measurements."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    assert reporter

    def write(text: str) -> None:
        reporter.write_line("")
        reporter.write_line(text)

    return write
