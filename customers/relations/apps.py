from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RelationsConfig(AppConfig):
    name = "customers.relations"
    label = "relations"
    verbose_name = _("Relations")

    def ready(self) -> None:
        from customers.merging import rules, tables
        from customers.relations import holdings, panels
        from customers.timeline import kinds

        panels.register()
        holdings.register_all()
        told_once = tables.between("one", "other", "kind")
        rules.register(rules.Rule("relations.relation", movable=told_once))
        kinds.register("relation.added", kinds.Kind(_("Relation added"), "system", group=kinds.CHANGES))
        kinds.register("relation.removed", kinds.Kind(_("Relation removed"), "system", group=kinds.CHANGES))
