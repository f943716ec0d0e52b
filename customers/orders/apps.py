from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "customers.orders"
    label = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.orders import holdings, origins, panels
        from customers.orders.models import Order

        labels.register("order", Order.Status)
        panels.register()
        origins.register()
        holdings.register_all()
