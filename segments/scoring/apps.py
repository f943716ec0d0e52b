from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScoringConfig(AppConfig):
    name = "segments.scoring"
    label = "scoring"
    verbose_name = _("Scoring")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.merging import rules
        from segments.scoring import columns, facts, holdings, panels, similar
        from segments.scoring.models import Group, Stage

        facts.register_all()
        columns.register_all()
        panels.register_all()
        similar.register_panel()
        labels.register("group", Group)
        labels.register("stage", Stage)
        holdings.register_all()
        # Everybody is scored anew every night.
        rules.register(rules.Rule("scoring.score", moves=False))
