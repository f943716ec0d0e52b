from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from crm.lib import labels
        from customers import filters, standard_columns
        from customers.models import Customer

        labels.register("kind", Customer.Kind)
        filters.register()
        standard_columns.register_all()
