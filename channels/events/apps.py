from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "channels.events"
    label = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        from channels.events import facts, holdings, showing
        from segments import news

        facts.register_all()
        holdings.register_all()
        showing.register()
        # A check-in changes a row that is there already.
        news.register(news.Rewritten("events_registration"))
