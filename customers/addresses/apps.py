from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AddressesConfig(AppConfig):
    name = "customers.addresses"
    label = "addresses"
    verbose_name = _("Addresses")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.addresses import holdings, panels
        from customers.addresses.models import Address
        from customers.merging import rules
        from customers.timeline import kinds

        labels.register("address", Address.Kind)
        panels.register()
        holdings.register_all()
        # The main address stands on the customer; which of two stays is a question of fields.
        further = rules.Rule(
            "addresses.address", movable=lambda rows, _column, _to: rows.filter(is_main=False)
        )
        rules.register(further)
        for what, label in (
            ("added", _("Address added")),
            ("changed", _("Address changed")),
            ("removed", _("Address removed")),
        ):
            kinds.register(f"address.{what}", kinds.Kind(label, "system", group=kinds.CHANGES))
