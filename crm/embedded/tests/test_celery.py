"""A broker that is away costs nobody their request."""

import pytest
from celery import Celery

from crm.celery import Nudge, every


@pytest.mark.slow
def test_nudge_without_broker_is_let_go(caplog: pytest.LogCaptureFixture) -> None:
    app = Celery("alone", task_cls=Nudge, broker="redis+socket:///nowhere/valkey.sock", set_as_current=False)

    @app.task(name="send_waiting")
    def send_waiting() -> None: ...

    assert send_waiting.delay() is None
    assert "The next sweep will find the work of send_waiting" in caplog.text


def test_schedule_entries_do_not_pile_up() -> None:
    assert every(10, "work.tasks.sweep") == {
        "task": "work.tasks.sweep",
        "schedule": 10,
        "options": {"queue": "default", "expires": 10},
    }
