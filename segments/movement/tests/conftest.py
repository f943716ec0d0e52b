from segments.tests.conftest import as_marketer, as_seller, as_stranger, marketer, seller

__all__ = ["as_marketer", "as_seller", "as_stranger", "marketer", "seller"]
