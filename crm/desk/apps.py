from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "crm.desk"
    label = "desk"

    def ready(self) -> None:
        from crm.desk import finders

        finders.register_all()
