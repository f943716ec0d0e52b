from django.contrib import admin

from crm.lib.admin import ReadOnlyAdmin
from customers.lists.models import SavedList


@admin.register(SavedList)
class SavedListAdmin(ReadOnlyAdmin[SavedList]):
    list_display = ("name", "owner", "audience", "team", "updated_at")
    fields = list_display
    list_select_related = ("owner", "team")
    search_fields = ("name",)
