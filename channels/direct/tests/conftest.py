from channels.campaigns.tests.conftest import channel, sink
from customers.tests.conftest import _forget_facets, as_seller, seller

__all__ = ["_forget_facets", "as_seller", "channel", "seller", "sink"]
