from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScoringConfig(AppConfig):
    name = "segments.scoring"
    label = "scoring"
    verbose_name = _("Scoring")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.imports import extras
        from segments.scoring import columns, facts, holdings, panels
        from segments.scoring.models import Group, Stage

        facts.register_all()
        columns.register_all()
        panels.register_all()
        labels.register("group", Group)
        labels.register("stage", Stage)
        extras.derives("scoring_score")
        holdings.register_all()
