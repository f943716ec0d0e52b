from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PivotConfig(AppConfig):
    name = "crm.desk.pivot"
    label = "pivot"
    verbose_name = _("Pivot tables")

    def ready(self) -> None:
        from crm.desk.pivot import messages, records, standard

        standard.register_all()
        messages.register_all()
        records.register()
