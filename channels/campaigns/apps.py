from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "channels.campaigns"
    label = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        from channels.campaigns.models import Campaign, Delivery
        from channels.consent import gate
        from crm.lib import labels

        gate.count_contacts(lambda since: Delivery.objects.contacts(since))
        labels.register("campaign", Campaign.Status)
        labels.register("delivery", Delivery.State)
