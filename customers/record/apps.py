from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordConfig(AppConfig):
    name = "customers.record"
    label = "record"
    verbose_name = _("History of changes")

    def ready(self) -> None:
        from customers.record import holdings

        holdings.register_all()
