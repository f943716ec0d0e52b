from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MovementConfig(AppConfig):
    name = "segments.movement"
    label = "movement"
    verbose_name = _("Movement")

    def ready(self) -> None:
        from segments.movement import holdings, home, months, moves
        from segments.scoring import publishing

        holdings.register_all()
        home.register_block()
        moves.register_panel()
        publishing.register("movement", months.listen)
