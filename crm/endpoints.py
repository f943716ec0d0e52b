"""Every endpoint of the API, feature by feature."""

from channels.consent.api import router as consent
from channels.inbox.api import router as conversations
from channels.offers.api import router as coupons
from crm.api.making import api, urls_of
from customers.api.custom import router as custom_fields
from customers.api.customers import router as customers
from customers.api.identities import router as identities
from customers.api.merges import router as merges
from customers.api.orders import router as orders
from customers.api.tasks import router as tasks
from customers.api.touchpoints import router as touchpoints
from segments.api import router as segments
from segments.recommending.api import router as recommendations

api.add_router("/customers", customers)
for router in (
    custom_fields,
    identities,
    merges,
    orders,
    touchpoints,
    tasks,
    consent,
    segments,
    recommendations,
    conversations,
    coupons,
):
    api.add_router("", router)

__all__ = ["api", "urls"]
urls = urls_of(api)
