"""Joining customers that are one, and taking them apart again."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MergingConfig(AppConfig):
    name = "customers.merging"
    label = "merging"
    verbose_name = _("Merging")
