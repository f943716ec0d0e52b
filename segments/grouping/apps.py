from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroupingConfig(AppConfig):
    name = "segments.grouping"
    label = "grouping"
    verbose_name = _("Natural groups")

    def ready(self) -> None:
        from customers.imports import extras
        from customers.merging import rules
        from segments.grouping import facts, holdings

        facts.register_all()
        holdings.register_all()
        extras.derives("grouping_belonging")
        # Grouped anew every week.
        rules.register(rules.Rule("grouping.belonging", moves=False))
