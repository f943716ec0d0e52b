from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "customers.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.imports.models import ImportJob

        labels.register("import-kind", ImportJob.Kind)
        labels.register("import-status", ImportJob.Status)
