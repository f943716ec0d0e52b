from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PredictingConfig(AppConfig):
    name = "segments.predicting"
    label = "predicting"
    verbose_name = _("Predictions")

    def ready(self) -> None:
        from customers.merging import rules
        from segments.predicting import columns, facts, holdings, panels

        facts.register_all()
        columns.register_all()
        panels.register_all()
        holdings.register_all()
        # Everybody is predicted anew every night.
        rules.register(rules.Rule("predicting.prediction", moves=False))
