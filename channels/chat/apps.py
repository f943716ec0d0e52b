from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "channels.chat"
    label = "chat"
    verbose_name = _("Web chat and forms")

    def ready(self) -> None:
        from channels.chat import holdings, opting, services, telling
        from channels.inbox import hooks, lines
        from channels.live import presence
        from customers import letters

        hooks.on_change(telling.on_change, order=900)
        lines.register(services.RATING, "star", telling.rated)
        presence.on_typing(telling.on_typing)
        letters.register(letters.Letter(opting.LETTER, opting.draft))
        holdings.register_all()
