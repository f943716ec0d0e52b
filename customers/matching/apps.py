"""Who may be the same person: standard forms, keys, scores and the whole base's matching."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "customers.matching"
    label = "matching"
    verbose_name = _("Matching")

    def ready(self) -> None:
        from customers.identity import indexing
        from customers.matching import holdings, queue

        holdings.register_all()
        indexing.watch(queue.mark)
