from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "customers.files"
    label = "files"
    verbose_name = _("Files")

    def ready(self) -> None:
        from customers.files import holdings

        holdings.register_all()
