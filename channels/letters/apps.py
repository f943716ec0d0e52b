from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "channels.letters"
    label = "letters"
    verbose_name = _("Letters")

    def ready(self) -> None:
        from channels.letters import holdings, services
        from channels.letters.models import Letter
        from crm.lib import labels
        from customers import letters
        from customers.timeline import kinds

        letters.deliver_by(services.post)
        labels.register("letter", Letter.State)
        kinds.register("letter.sent", kinds.Kind(_("E-mail"), "email"))
        holdings.register_all()
