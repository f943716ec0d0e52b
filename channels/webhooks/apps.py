from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "channels.webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        from channels.webhooks.events import on_recorded
        from customers.timeline.signals import recorded

        recorded.connect(on_recorded, dispatch_uid="webhooks")
