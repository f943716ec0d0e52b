from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AudiencesConfig(AppConfig):
    name = "channels.audiences"
    label = "audiences"
    verbose_name = _("Ads audiences")

    def ready(self) -> None:
        from channels.audiences import uses
        from channels.audiences.models import Audience, AudienceRun
        from crm.lib import labels
        from segments import uses as segments

        labels.register("ads-audience", Audience.State)
        labels.register("audience-run", AudienceRun.Status)
        segments.register_rows(uses.AUDIENCES)
