from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "crm.embedded"
    label = "embedded"

    def ready(self) -> None:
        # Tasks called from a page or a command go to this Celery application.
        from crm import celery  # noqa: F401
