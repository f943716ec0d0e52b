from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "channels.campaigns"
    label = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        from channels.campaigns import facts, holdings, tracking, uses
        from channels.campaigns.models import Campaign, Delivery
        from channels.consent import gate, preferences
        from crm.lib import labels
        from customers.timeline import kinds
        from segments import news
        from segments import uses as segments

        gate.count_contacts(lambda since: Delivery.objects.contacts(since))
        labels.register("campaign", Campaign.Status)
        labels.register("delivery", Delivery.State)
        kinds.register("campaign.sent", kinds.Kind(_("Campaign"), "campaign"))
        kinds.register("campaign.clicked", kinds.Kind(_("Followed a link"), "campaign"))
        preferences.accept(tracking.customer_of)
        holdings.register_all()
        segments.register_rows(uses.CAMPAIGNS)
        facts.register_all()
        came_of = "JOIN campaigns_delivery AS sent ON sent.id = new.delivery_id"
        news.register(news.Grown("campaigns_deliveryevent", "sent.customer_id", came_of))
