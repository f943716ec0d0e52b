from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "customers.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.imports import extras, holdings
        from customers.imports.models import ImportJob

        labels.register("import-kind", ImportJob.Kind)
        labels.register("import-status", ImportJob.Status)
        # An edit shows in the customer itself, the history only tells of it; who may be whom is found again.
        extras.derives("record_change", "matching_record", "matching_pair")
        # Made of what the other tables hold.
        extras.derives("matching_record", "matching_pair")
        # Found anew whenever somebody is matched; a decision about them goes with the customer.
        extras.derives("matching_record", "matching_pair", "merging_apart")
        holdings.register_all()
