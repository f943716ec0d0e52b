from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.lib.admin import CappedPaginator, ReadOnlyAdmin, key_of
from customers.relations.models import Relation


@admin.register(Relation)
class RelationAdmin(ReadOnlyAdmin[Relation]):
    """By the keys of the customers: a colleague may see one end without the other's name."""

    one_key = key_of("one_id", _("customer"))
    other_key = key_of("other_id", _("other customer"))
    list_display = ("kind", "one_key", "other_key", "created_by", "created_at")
    fields = list_display
    list_filter = ("kind",)
    list_select_related = ("created_by",)
    paginator = CappedPaginator
    ordering = ("-pk",)
