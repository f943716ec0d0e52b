from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class JourneysConfig(AppConfig):
    name = "channels.journeys"
    label = "journeys"
    verbose_name = _("Journeys")

    def ready(self) -> None:
        from channels.campaigns.templating import uses as templates
        from channels.direct import markup
        from channels.journeys import hearing, holdings, merge_rules, panels, uses, wording
        from channels.journeys.models import Journey, Run
        from crm.lib import labels
        from customers.timeline import kinds

        labels.register("journey", Journey.Status)
        labels.register("journey-run", Run.State)
        for kind, label in (
            ("entered", pgettext_lazy("timeline", "Journey begun")),
            ("goal", pgettext_lazy("timeline", "Goal of a journey reached")),
            ("done", pgettext_lazy("timeline", "Journey completed")),
            ("left", pgettext_lazy("timeline", "Journey left early")),
            ("told", pgettext_lazy("timeline", "Word from a journey")),
        ):
            kinds.register(f"journey.{kind}", kinds.Kind(label, "campaign", kinds.MARKETING))
        hearing.register()
        markup.register(wording.MAKER, wording.html_of)
        templates.register(uses.of_template)
        panels.register_all()
        holdings.register_all()
        merge_rules.register()
