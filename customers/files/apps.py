from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "customers.files"
    label = "files"
    verbose_name = _("Files")

    def ready(self) -> None:
        from customers.files import holdings, panels
        from customers.timeline import kinds

        holdings.register_all()
        panels.register_all()
        kinds.register("file.added", kinds.Kind(_("File added"), "note", kinds.NOTES))
        kinds.register("file.removed", kinds.Kind(_("File deleted"), "note", kinds.NOTES))
