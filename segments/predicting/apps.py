from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PredictingConfig(AppConfig):
    name = "segments.predicting"
    label = "predicting"
    verbose_name = _("Predictions")

    def ready(self) -> None:
        from customers.merging import rules
        from segments import news
        from segments.predicting import columns, facts, holdings, panels

        facts.register_all()
        columns.register_all()
        panels.register_all()
        holdings.register_all()
        # Segments that ask for scores follow whoever was scored between two nights.
        news.register(news.Rewritten("scoring_score"))
        news.register(news.Rewritten("predicting_prediction"))
        # Everybody is predicted anew every night.
        rules.register(rules.Rule("predicting.prediction", moves=False))
