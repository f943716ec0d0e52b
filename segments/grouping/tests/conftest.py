from segments.recommending.tests.conftest import _in_english
from segments.tests.conftest import as_marketer, as_seller, as_stranger, marketer, seller

__all__ = ["_in_english", "as_marketer", "as_seller", "as_stranger", "marketer", "seller"]
