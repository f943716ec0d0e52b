from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallingConfig(AppConfig):
    name = "channels.calling"
    label = "calling"
    verbose_name = _("Telephone calls")

    def ready(self) -> None:
        from channels.calling import hearing
        from channels.inbound import happenings
        from channels.live import topics

        topics.register("user", lambda user, pks: {user.pk} & pks)
        happenings.register("call.ringing", hearing.ring)
        happenings.register("call", hearing.end)
