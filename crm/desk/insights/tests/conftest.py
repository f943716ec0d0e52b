"""One small company for all tests of a file that only look at it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from crm.desk.insights.tests import base as making


@pytest.fixture(scope="module")
def base(django_db_setup: Any, django_db_blocker: Any) -> Iterator[making.Base]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield making.build()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Figures are looked up by their English names, whatever language pages have by default."""
    with translation.override("en"):
        yield
