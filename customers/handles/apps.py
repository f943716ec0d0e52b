from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HandlesConfig(AppConfig):
    """No tables of its own: the handles are in customers.identity."""

    name = "customers.handles"
    label = "handles"
    verbose_name = _("Handles")

    def ready(self) -> None:
        from crm.lib import labels
        from customers.handles import panels
        from customers.handles.sharing import Share
        from customers.timeline import kinds

        panels.register()
        labels.register("share", Share)
        for what, label in (
            ("added", _("Handle added")),
            ("detached", _("Handle detached")),
            ("attached", _("Handle attached again")),
            ("verified", _("Handle verified")),
        ):
            kinds.register(f"identity.{what}", kinds.Kind(label, "system", group=kinds.CHANGES))
