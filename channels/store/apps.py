from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    name = "channels.store"
    label = "store"
    verbose_name = _("Shop counter")

    def ready(self) -> None:
        from channels.inbound import happenings
        from channels.store import following, holdings, kinds

        happenings.register("order", following.take)
        kinds.register()
        holdings.register_all()
