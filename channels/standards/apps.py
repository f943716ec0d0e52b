from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StandardsConfig(AppConfig):
    name = "channels.standards"
    label = "standards"
    verbose_name = _("Service standards")

    def ready(self) -> None:
        from channels.inbox import hooks
        from channels.standards import clocks, defaults, holdings, queues, uses
        from channels.standards.models import Clock
        from crm.lib import labels
        from customers.timeline import kinds
        from segments import uses as segments

        post_migrate.connect(defaults.create, sender=self)
        labels.register("promise", Clock.Kind)
        kinds.register("standards.broken", kinds.Kind(_("A promised time was missed"), "system", kinds.TALK))
        kinds.register("standards.warned", kinds.Kind(_("A promised time is near"), "system", kinds.TALK))
        queues.register()
        holdings.register_all()
        segments.register_rows(uses.POLICIES)
        # After routing, which decides priority and department.
        hooks.on_change(clocks.on_change, order=50)
