import pytest
from django.core.cache import cache

from segments.tests.conftest import as_marketer, as_seller, as_stranger, marketer, seller

__all__ = ["as_marketer", "as_seller", "as_stranger", "marketer", "seller"]


@pytest.fixture(autouse=True)
def _forget_what_is_kept() -> None:
    cache.clear()
