from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FieldsConfig(AppConfig):
    name = "customers.fields"
    label = "fields"
    verbose_name = _("Custom fields")

    def ready(self) -> None:
        from customers.fields import (
            history,
            holdings,
            imports,
            listing,
            merge_rules,
            numbers,
            panels,
            parts,
            searching,
            telling,
        )
        from customers.timeline import kinds

        panels.register()
        listing.register()
        searching.register()
        history.register()
        holdings.register_all()
        imports.register()
        merge_rules.register()
        numbers.register()
        parts.register()
        kinds.register(
            "fields.changed",
            kinds.Kind(_("Details changed"), "system", group=kinds.CHANGES, changes=telling.changes),
        )
