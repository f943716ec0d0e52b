from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "segments"
    label = "segments"
    verbose_name = _("Segments")

    def ready(self) -> None:
        from customers import conditions
        from customers.imports import extras
        from customers.merging import rules
        from segments import (
            columns,
            contact_facts,
            custom_facts,
            holdings,
            narrowing,
            nesting,
            news,
            order_facts,
            panels,
            picking,
            profile_facts,
            quality_facts,
            uses,
        )

        profile_facts.register_all()
        custom_facts.register_all()
        order_facts.register_all()
        quality_facts.register_all()
        contact_facts.register_all()
        picking.register_all()
        nesting.register_all()
        news.register_all()
        columns.register_all()
        panels.register_all()
        uses.register_all()
        conditions.register(narrowing.read, editor="segments:conditions")
        extras.derives("segments_membership")
        holdings.register_all()
        # Counted anew within the day; until then the survivor is where either was.
        rules.register(rules.Rule("segments.membership", is_listed=False))
        rules.register(rules.Rule("segments.crossing", is_listed=False))
