from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecommendingConfig(AppConfig):
    name = "segments.recommending"
    label = "recommending"
    verbose_name = _("Recommendations")

    def ready(self) -> None:
        from segments.recommending import holdings, merge_rules, panels

        panels.register_all()
        holdings.register_all()
        merge_rules.register()
