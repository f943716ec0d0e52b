"""Two companies for all tests of a file that only look at them: one full of edges, and that of the demo."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from crm.desk.insights.tests import base as dice
from crm.desk.insights.tests import demo

COMPANIES = {"dice": dice.build, "demo": demo.build}


@pytest.fixture(scope="module", params=COMPANIES)
def base(request: pytest.FixtureRequest, django_db_setup: Any, django_db_blocker: Any) -> Iterator[dice.Base]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield COMPANIES[request.param]()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Figures are looked up by their English names, whatever language pages have by default."""
    with translation.override("en"):
        yield
