from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightsConfig(AppConfig):
    name = "crm.desk.insights"
    label = "insights"
    verbose_name = _("Insights")

    def ready(self) -> None:
        from crm.desk.insights import drills

        drills.register_filter()
