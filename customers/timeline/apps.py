from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TimelineConfig(AppConfig):
    name = "customers.timeline"
    label = "timeline"
    verbose_name = _("Timeline")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.timeline import holdings
        from customers.timeline.models import Entry

        labels.register("channel", Entry.Channel)
        labels.register("outcome", Entry.Outcome)
        labels.register("place", Entry.Place)
        holdings.register_all()
