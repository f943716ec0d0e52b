from channels.campaigns.tests.conftest import channel, sink
from customers.tests.conftest import _forget_facets, as_operator, as_seller, operator, seller

__all__ = ["_forget_facets", "as_operator", "as_seller", "channel", "operator", "seller", "sink"]
