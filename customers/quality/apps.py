from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    name = "customers.quality"
    label = "quality"
    verbose_name = _("Data quality")

    def ready(self) -> None:
        from crm.lib import labels
        from customers import letters
        from customers.quality import asking, columns, holdings, merge_rules, panels, rules
        from customers.quality.models import Refresh
        from customers.timeline import kinds

        rules.register_all()
        columns.register_all()
        panels.register_all()
        holdings.register_all()
        merge_rules.register()
        letters.register(letters.Letter(asking.LETTER, asking.letter))
        letters.register(letters.Letter(asking.VERIFYING, asking.verifying))
        labels.register("refresh", Refresh.Status)
        kinds.register("quality.asked", kinds.Kind(_("Asked to look over their data"), "email"))
        kinds.register("quality.answered", kinds.Kind(_("Looked over their data"), "system"))
