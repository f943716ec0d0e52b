from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectConfig(AppConfig):
    name = "channels.direct"
    label = "direct"
    verbose_name = _("Single messages")

    def ready(self) -> None:
        from channels.consent import gate
        from channels.direct import holdings, writing
        from channels.direct.models import DirectMessage
        from crm.lib import labels

        gate.count_contacts(lambda since: DirectMessage.objects.contacts(since))
        labels.register("direct", DirectMessage.State)
        writing.register()
        holdings.register_all()
