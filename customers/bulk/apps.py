from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulkConfig(AppConfig):
    name = "customers.bulk"
    label = "bulk"
    verbose_name = _("Bulk changes")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.bulk import holdings, standard_actions
        from customers.bulk.models import BulkJob
        from customers.merging import rules

        labels.register("bulk-status", BulkJob.Status)
        standard_actions.register_all()
        holdings.register_all()
        # What a job did to whom, by which it is undone: it was done to the absorbed customer.
        rules.register(rules.Rule("bulk.bulkitem", moves=False))
