from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LandingConfig(AppConfig):
    name = "channels.landing"
    label = "landing"
    verbose_name = _("Landing pages")

    def ready(self) -> None:
        from channels.campaigns import came_of
        from channels.connectors.landing import HAPPENING
        from channels.inbound import happenings
        from channels.landing import came, facts, holdings, pictures, taking
        from channels.mail import blobs
        from customers.timeline import kinds
        from segments import news

        happenings.register(HAPPENING, taking.take)
        kinds.register(HAPPENING, kinds.Kind(_("Sent from a landing page"), "landing"))
        blobs.name_by(pictures.named)
        came_of.register(came.of_campaign)
        facts.register_all()
        news.register(news.Grown("landing_submission"))
        holdings.register_all()
