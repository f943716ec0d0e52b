from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordConfig(AppConfig):
    name = "customers.record"
    label = "record"
    verbose_name = _("History of changes")

    def ready(self) -> None:
        from customers.record import holdings, panels, telling
        from customers.timeline import kinds

        holdings.register_all()
        panels.register_all()
        changed = kinds.Kind(_("Details changed"), "system", kinds.CHANGES, changes=telling.changes)
        kinds.register("customer.changed", changed)
        kinds.register("customer.deleted", kinds.Kind(_("Deleted"), "system", kinds.CHANGES))
        kinds.register("customer.restored", kinds.Kind(_("Restored"), "system", kinds.CHANGES))
        kinds.register("customer.shared", kinds.Kind(_("Shared with a colleague"), "system", kinds.CHANGES))
        kinds.register("customer.unshared", kinds.Kind(_("No longer shared"), "system", kinds.CHANGES))
