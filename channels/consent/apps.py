from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    name = "channels.consent"
    label = "consent"
    verbose_name = _("Consent")

    def ready(self) -> None:
        from channels.consent import (
            facts,
            first_wordings,
            holdings,
            imports,
            merge_rules,
            panels,
            preferences,
            quality,
        )
        from channels.consent.gate import Reason
        from channels.consent.models import Purpose, State
        from crm.lib import labels
        from customers import letters
        from customers.timeline import kinds
        from segments import news

        post_migrate.connect(first_wordings.publish, sender=self)
        labels.register("purpose", Purpose)
        labels.register("consent", State)
        labels.register("reason", Reason)
        letters.register(letters.Letter(preferences.LETTER, preferences.letter))
        quality.register_all()
        facts.register_all()
        news.register(news.Grown("consent_consententry"))
        imports.register()
        merge_rules.register()
        panels.register_all()
        kinds.register("consent.granted", kinds.Kind(_("Allowed messages")))
        kinds.register("consent.withdrawn", kinds.Kind(_("No longer wants messages")))
        holdings.register_all()
