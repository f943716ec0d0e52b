from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GoalsConfig(AppConfig):
    name = "crm.desk.goals"
    label = "goals"
    verbose_name = _("Goals")

    def ready(self) -> None:
        from crm.desk.goals import indicators, views
        from crm.lib import blocks

        indicators.register_all()
        blocks.register(
            blocks.Block(
                "goals", _("My goals"), "goals/_home.html", views.on_home, needs=("goal", "view"), order=40
            )
        )
