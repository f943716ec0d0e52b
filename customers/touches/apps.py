from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TouchesConfig(AppConfig):
    name = "customers.touches"
    label = "touches"
    verbose_name = _("What colleagues write down")

    def ready(self) -> None:
        from customers.touches import holdings, writing

        writing.register()
        holdings.register_all()
