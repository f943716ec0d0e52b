from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "customers.privacy"
    label = "privacy"
    verbose_name = _("Privacy")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.privacy import holdings, merge_rules, panels, retaining
        from customers.privacy.models import Law, SubjectRequest
        from customers.timeline import kinds

        labels.register("privacy-kind", SubjectRequest.Kind)
        labels.register("privacy-status", SubjectRequest.Status)
        labels.register("privacy-law", Law)
        holdings.register_all()
        panels.register_all()
        retaining.register_all()
        merge_rules.register()
        kinds.register("privacy.requested", kinds.Kind(_("Asked about their data"), "system"))
        kinds.register("privacy.answered", kinds.Kind(_("Request about data answered"), "system"))
        kinds.register("privacy.restricted", kinds.Kind(_("Processing restricted"), "system"))
        kinds.register("privacy.released", kinds.Kind(_("Restriction lifted"), "system"))
        kinds.register("privacy.erased", kinds.Kind(_("Personal data erased"), "system"))
