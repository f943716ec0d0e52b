from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboundConfig(AppConfig):
    name = "channels.inbound"
    label = "inbound"
    verbose_name = _("What arrives")

    def ready(self) -> None:
        from channels.campaigns import hearing as campaigns
        from channels.inbound import happenings, holdings, purchases, statuses
        from channels.inbound.models import Event
        from channels.inbox import hearing as inbox
        from crm.lib import labels
        from customers.timeline import kinds

        statuses.register(inbox.hear)
        statuses.register(campaigns.hear)
        happenings.register("order", purchases.take)
        kinds.register(happenings.OTHER, kinds.Kind("", group=kinds.TALK))
        labels.register("event", Event.State)
        holdings.register_all()
