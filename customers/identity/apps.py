from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "customers.identity"
    label = "identity"
    verbose_name = _("Identity")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.identity import holdings
        from customers.identity.models import Identity

        labels.register("identity", Identity.Kind)
        holdings.register_all()
