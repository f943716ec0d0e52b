from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListsConfig(AppConfig):
    name = "customers.lists"
    label = "lists"
    verbose_name = _("Saved lists")

    def ready(self) -> None:
        from crm.accounts.sharing import Audience
        from crm.lib import labels

        labels.register("list-audience", Audience)
