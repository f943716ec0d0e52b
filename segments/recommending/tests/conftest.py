from collections.abc import Iterator

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings

from segments.tests.conftest import as_marketer, as_seller, as_stranger, marketer, seller

__all__ = ["as_marketer", "as_seller", "as_stranger", "marketer", "seller"]


@pytest.fixture(autouse=True)
def _in_english(settings: Settings) -> Iterator[None]:
    """Reasons are judged by their words."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield
