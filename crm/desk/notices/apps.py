from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "crm.desk.notices"
    label = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from crm.desk.notices import holdings, panels, telling
        from crm.desk.notices.models import Notice
        from crm.lib import labels
        from customers.timeline.signals import recorded

        labels.register("notice", Notice.Reason)
        panels.register()
        recorded.connect(telling.on_recorded, dispatch_uid="notices")
        holdings.register_all()
