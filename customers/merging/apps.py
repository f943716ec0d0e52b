"""Joining customers that are one, and taking them apart again."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MergingConfig(AppConfig):
    name = "customers.merging"
    label = "merging"
    verbose_name = _("Merging")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.matching import deciding, saying
        from customers.merging import holdings, origins, panels, standard_rules
        from customers.merging.models import Apart, Merge
        from customers.timeline import kinds

        labels.register("merge-cause", Merge.Cause)
        standard_rules.register_all()
        saying.register_origins(origins.origins)
        deciding.register_apart(Apart.pairs)
        holdings.register_all()
        panels.register_all()
        kinds.register("customer.merged", kinds.Kind(_("Joined with"), "system", kinds.CHANGES))
        kinds.register("customer.unmerged", kinds.Kind(_("Taken apart again from"), "system", kinds.CHANGES))
