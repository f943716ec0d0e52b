from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DuplicatesConfig(AppConfig):
    name = "customers.duplicates"
    label = "duplicates"
    verbose_name = _("Duplicates")

    def ready(self) -> None:
        from customers.duplicates import actions, automatic, holdings, panels
        from customers.matching import deciding, queue

        queue.register_decider(automatic.decide)
        deciding.register_apart(automatic.apart)
        panels.register_all()
        holdings.register_all()
        actions.register_all()
