from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    name = "channels.routing"
    label = "routing"
    verbose_name = _("Routing")

    def ready(self) -> None:
        from channels.inbox import hooks
        from channels.routing import assigning, defaults, holdings
        from channels.routing.models import Decision
        from crm.lib import labels

        post_migrate.connect(defaults.create, sender=self)
        labels.register("routed", Decision.Why)
        holdings.register_all()
        # Before the promises, which depend on priority and department.
        hooks.on_change(assigning.on_change, order=20)
