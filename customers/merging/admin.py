from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import CappedPaginator, ReadOnlyAdmin, key_of
from customers.merging.models import Apart, Merge


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin[Merge]):
    """By the keys of the customers, and without the values that were joined."""

    survivor_key = key_of("survivor_id", _("customer"))
    absorbed_key = key_of("absorbed_id", _("other customer"))
    asker = key_of("by", _("asked by"))
    list_display = ("survivor_key", "absorbed_key", "cause", "bits", "asker", "at", "undone_at")
    fields = list_display
    list_filter = ("cause",)
    list_select_related = ("by",)
    paginator = CappedPaginator
    ordering = ("-pk",)


@admin.register(Apart)
class ApartAdmin(ReadOnlyAdmin[Apart]):
    one_key = key_of("one_id", _("customer"))
    other_key = key_of("other_id", _("other customer"))
    asker = key_of("by", _("asked by"))
    list_display = ("one_key", "other_key", "asker", "at")
    fields = list_display
    list_select_related = ("by",)
    paginator = CappedPaginator
    ordering = ("-pk",)
