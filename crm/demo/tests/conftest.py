"""One small demo company for all tests of a file that only look at it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

UNTIL = "2026-11-22T12:00:00+08:00"


@pytest.fixture(scope="module")
def demo(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    """300 customers, gone again at the end of the file."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", customers=300, seed=7, until=UNTIL, verbosity=0)
        yield
        transaction.set_rollback(True)
