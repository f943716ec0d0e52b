from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ApiConfig(AppConfig):
    name = "crm.api"
    label = "api"
    verbose_name = pgettext_lazy("programming interface", "API")
