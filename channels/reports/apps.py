from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "channels.reports"
    label = "reports"
    verbose_name = _("Service reports")

    def ready(self) -> None:
        from channels.chat import services as chat
        from channels.inbox import hooks, tools
        from channels.reports import facts, holdings, rating, refreshing

        hooks.on_change(refreshing.note, order=900)
        holdings.register_all()
        facts.register_all()
        chat.on_rated(rating.rate)
        tools.register(tools.Tool("rating", _("Ask for a rating"), "star", "reports:ask", order=60))
