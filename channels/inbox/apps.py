from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    name = "channels.inbox"
    label = "inbox"
    verbose_name = _("Inbox")

    def ready(self) -> None:
        from channels.inbox import topics

        topics.register()
