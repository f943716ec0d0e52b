from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    name = "customers.exports"
    label = "exports"
    verbose_name = _("Exports")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.exports.models import ExportJob

        labels.register("export-status", ExportJob.Status)
        labels.register("export-columns", ExportJob.Columns)
