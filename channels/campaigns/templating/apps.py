from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TemplatingConfig(AppConfig):
    name = "channels.campaigns.templating"
    label = "templating"
    verbose_name = _("Message templates")

    def ready(self) -> None:
        from channels.campaigns.templating import pictures, uses
        from channels.mail import blobs
        from segments import uses as segments

        blobs.name_by(pictures.named)
        segments.register_rows(uses.TEMPLATES)
