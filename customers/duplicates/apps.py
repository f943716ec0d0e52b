"""The work list of possible duplicates, and asking a colleague about a customer one may not see."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DuplicatesConfig(AppConfig):
    name = "customers.duplicates"
    label = "duplicates"
    verbose_name = _("Duplicates")
