from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    name = "channels"
    label = "channels"
    verbose_name = _("Channels")

    def ready(self) -> None:
        from channels.connectors import registry
        from customers.timeline import kinds

        registry.load()
        # What people do on a channel besides writing.
        for name, words in (
            ("follow", _("Followed us")),
            ("unfollow", _("No longer follows us")),
            ("scan", _("Scanned our code")),
            ("click", _("Chose from our menu")),
        ):
            kinds.register(name, kinds.Kind(words, group=kinds.MARKETING))
